// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/proxy_setting.h"

#include <doctest/doctest.h>

using patchstate::proxy_of_setting;

TEST_CASE("WinHTTP's proxy is the one for all, or the one that it names for https") {
  CHECK(proxy_of_setting("proxy.example.org:3128", "", "hub.example.org") == "http://proxy.example.org:3128");
  CHECK(proxy_of_setting("http=one:80;https=two:443", "", "hub") == "http://two:443");
  CHECK(proxy_of_setting("http=one:80 https=https://two:443", "", "hub") == "https://two:443");
  CHECK(proxy_of_setting("http=one:80;ftp=three:21", "", "hub") == "");
  CHECK(proxy_of_setting("", "", "hub") == "");
}

TEST_CASE("hosts that WinHTTP's exceptions name, with stars and with <local>, are reached without the proxy") {
  const auto direct = [](std::string_view exceptions, std::string_view host) {
    return proxy_of_setting("proxy:3128", exceptions, host).empty();
  };
  CHECK(direct("*.example.org", "hub.example.org"));
  CHECK(direct("a.example.org;HUB.Example.Org", "hub.example.org"));
  CHECK(direct("10.*", "10.1.2.3"));
  CHECK(direct("<local>", "hub"));
  CHECK_FALSE(direct("<local>", "hub.example.org"));
  CHECK_FALSE(direct("<local>", "[2001:db8::1]"));
  CHECK_FALSE(direct("*.example.org", "example.org"));
  CHECK_FALSE(direct("example.org", "hub.example.org"));
  CHECK_FALSE(direct("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}
