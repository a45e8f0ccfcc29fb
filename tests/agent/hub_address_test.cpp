// SPDX-License-Identifier: Apache-2.0
#include "agent/hub_address.h"

#include <doctest/doctest.h>

using namespace patchstate;

TEST_CASE("a hub is reached by https, or by plain http on loopback") {
  for (const char* const url :
       {"https://hub.example.org", "https://hub.example.org/", "https://hub.example.org:8750/patch_state/~a-1.x",
        "https://192.0.2.1", "https://[2001:db8::1]:443", "https://localhost", "http://127.0.0.1",
        "http://127.255.0.1:8750/", "http://[::1]", "http://[::1]:8750"}) {
    CAPTURE(url);
    CHECK(problem_of_hub(url) == "");
  }
}

TEST_CASE("plain http to another machine is refused with what to write instead") {
  for (const char* const host :
       {"hub.example.org", "localhost", "192.0.2.1", "127.0.0.1.example.org", "127.0.0", "127.0.0.0.1", "127.0.0.1000",
        "127.1", "127...1", "127.0.0.", "0x7f.0.0.1", "[::2]", "[::ffff:192.0.2.1]"}) {
    CAPTURE(host);
    CHECK(problem_of_hub("http://" + std::string(host)) ==
          "plain http would show this host's key to the network; write https://" + std::string(host));
  }
}

TEST_CASE("an address in which two readers could see two hosts is none") {
  for (const char* const url : {"",
                                "https://",
                                "https:///path",
                                "https://:443",
                                "hub.example.org",
                                "HTTPS://hub.example.org",
                                "ftp://hub.example.org",
                                "https:hub.example.org",
                                "https://a@b",
                                "http://127.0.0.1@example.org",
                                "http://127.0.0.1:80@example.org",
                                "http://127.0.0.1\\@example.org",
                                "https://a?b",
                                "https://a#b",
                                "https://a b",
                                "https://a/ b",
                                "https://a/%2e",
                                "https://a\n",
                                "https://a:0",
                                "https://a:65536",
                                "https://a:",
                                "https://a:b",
                                "https://a:1:2",
                                "https://[::1",
                                "https://::1",
                                "https://[::1]x",
                                "https://[]",
                                "https://\xc3\xa9.example.org"}) {
    CAPTURE(url);
    CHECK(problem_of_hub(url).starts_with("expected https://HOST[:PORT][/PATH], not \""));
  }
  CHECK(problem_of_hub("https://user:word@hub.example.org").find("word") == std::string::npos);
}

TEST_CASE("the host in an address is what stands before its port, path and question") {
  CHECK(host_in("https://hub.example.org") == "hub.example.org");
  CHECK(host_in("https://hub.example.org:8750/fleet") == "hub.example.org");
  CHECK(host_in("https://[2001:db8::1]:8750/") == "[2001:db8::1]");
  CHECK(host_in("https://[2001:db8::1]") == "[2001:db8::1]");
  CHECK(host_in("https://hooks.example.org?key=a:b/c") == "hooks.example.org");
}
