// SPDX-License-Identifier: Apache-2.0
// When updateinfo.xml need not be read beside zypper's cache.
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "collectors/zypper/zypper_told_advisories.h"

using namespace patchstate;
using namespace patchstate::zypper;

namespace {

constexpr std::string_view kUpdateinfo =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<updates>
<update from="s" status="stable" type="security" version="1"><id>T-1</id><title>one</title>
<issued date="2026-01-02 03:04:05"/><severity>low</severity><description>An &amp; more, updated</description>
<references><reference href="https://example.org" id="1" type="self" title="t"/></references>
<pkglist><collection><name>c</name><package name="alpha" version="1" release="1" arch="noarch">
<filename>f</filename><reboot_suggested>True</reboot_suggested>
</package></collection></pkglist></update>
<update from="s" status="stable" type="security" version="1"><id>T-2</id><title>two</title><issued date="1767323045"/>
<description></description><pkglist/></update>
</updates>
)";

/// As it comes, `size` bytes more each time.
bool is_read_alike(std::string_view text, std::size_t size) {
  ReadAlike check;
  std::size_t begin = 0;
  for (std::size_t end = std::min(size, text.size());; end = std::min(end + size, text.size())) {
    const auto taken = check.take(text.substr(begin, end - begin));
    if (!taken) return false;
    begin += *taken;
    REQUIRE(begin <= end);
    if (end == text.size()) return check.ends(text.substr(begin));
  }
}

std::string with(std::string_view what, std::string_view by) {
  std::string text(kUpdateinfo);
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

rpm::RpmAdvisory plain_advisory() {
  rpm::RpmAdvisory one;
  one.id = "SUSE-2026-1";
  one.version = "1";
  one.type = "security";
  one.severity = "important";
  one.url = "https://example.org/1";
  one.issued = Time{};
  one.cves = {"CVE-2026-1"};
  one.packages.push_back({"alpha", {"1", "1.1~rc1", "1"}, "x86_64", "", false, ""});
  return one;
}

struct Odd {
  const char* what;
  std::function<void(rpm::RpmAdvisory&)> make;
};

}  // namespace

TEST_CASE("an updateinfo as SUSE's is read alike, in pieces of any size") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{300}, kUpdateinfo.size()}) {
    CAPTURE(size);
    CHECK(is_read_alike(kUpdateinfo, size));
  }
}

TEST_CASE("what libsolv's parser reads otherwise is seen, in pieces of any size") {
  const std::string all[] = {
      with("<severity>", R"(<updated date="2026-02-02 03:04:05"/><severity>)"),
      with("2026-01-02 03:04:05", "2026-01-02T03:04:05Z"),
      with("2026-01-02 03:04:05", "2026-01-02 03:04"),
      with("2026-01-02 03:04:05", "2026-01-02 03:04:05 UTC"),
      with("2026-01-02 03:04:05", "2026-02-31 03:04:05"),
      with("2026-01-02 03:04:05", ""),
      with("1767323045", "9767323045"),
      with("1767323045", "1767323045.5"),
      with(R"(<issued date="1767323045"/>)", "<issued date='1767323045'/>"),
      with(">True<", ">1<"),
      with(">True<", "><"),
      with("<severity>", "<reboot_suggested>True</reboot_suggested><severity>"),
      with("True</reboot_suggested>", "True</reboot_suggested><relogin_suggested>True</relogin_suggested>"),
      with("more", "<b>CVE-2026-1000</b>"),
      with("<title>two", "<title>two<br/>"),
      with("more", "<![CDATA[</update>]]>"),
      with("<updates>", "<!-- comment --><updates>"),
      with("<updates>", "<!DOCTYPE updates><updates>"),
      with("</updates>", "</updates><?processed by something?>"),
      with("UTF-8", "UTF-16"),
      with("<?xml", " <?xml"),
      "",
  };
  for (const auto& text : all)
    for (const std::size_t size : {std::size_t{1}, std::size_t{50}, kUpdateinfo.size() * 2}) {
      CAPTURE(text);
      CAPTURE(size);
      CHECK(!is_read_alike(text, size));
    }
}

TEST_CASE("an advisory is plain if each of its texts is as it was in the file") {
  CHECK(is_plain(plain_advisory()));
  const Odd all[] = {
      {"no time", [](auto& one) { one.issued.reset(); }},
      {"a blank at the end", [](auto& one) { one.id += " "; }},
      {"a line's end", [](auto& one) { one.severity = "\nimportant"; }},
      {"another letter", [](auto& one) { one.type = "s\xc3\xbcr"; }},
      {"a tab", [](auto& one) { one.url = "https://example.org/\t"; }},
      {"a long one", [](auto& one) { one.cves.emplace_back(5000, 'C'); }},
      {"an epoch that is none", [](auto& one) { one.packages[0].version = rpm::parse_evr("None:1.0-1"); }},
      {"two dashes", [](auto& one) { one.packages[0].version = rpm::parse_evr("1.0-1-1"); }},
      {"a blank ahead", [](auto& one) { one.packages[0].name = " alpha"; }},
      {"an architecture in two lines", [](auto& one) { one.packages[0].arch = "x86\n64"; }},
  };
  for (const auto& odd : all) {
    CAPTURE(odd.what);
    rpm::RpmAdvisory one = plain_advisory();
    odd.make(one);
    CHECK(!is_plain(one));
  }
}
