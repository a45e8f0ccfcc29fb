// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "collectors/rpm/updateinfo_output.h"

using namespace patchstate;
using namespace patchstate::rpm;

namespace {

constexpr std::string_view kOne = R"(<?xml version="1.0" encoding="UTF-8"?>
<updates>
  <update from="errata@redhat.com" status="final" type="security" version="3">
    <id>RHSA-2026:1234</id>
    <title>Important: bash security update</title>
    <severity>Important</severity>
    <issued date="2026-01-27 16:08:06"/>
    <updated date="1769530086"/>
    <references>
      <reference href="https://example.org/RHSA-2026:1234" id="RHSA-2026:1234" type="self" title="RHSA-2026:1234"/>
      <reference href="https://example.org/CVE-2026-1111" id="CVE-2026-1111" type="cve" title="CVE-2026-1111"/>
      <reference href="https://example.org/1" id="1" type="bugzilla" title="CVE-2020-9999 old one"/>
    </references>
    <description>Fixes cve-2026-22222, CVE-2026-1111 and CVE-2026-1.</description>
    <pkglist>
      <collection short="BaseOS">
        <name>BaseOS</name>
        <package name="bash" epoch="1" version="5.1" release="2.el9" arch="x86_64" src="bash-5.1-2.el9.src.rpm">
          <filename>bash-5.1-2.el9.x86_64.rpm</filename>
          <reboot_suggested>True</reboot_suggested>
        </package>
      </collection>
      <collection short="AppStream">
        <module name="nginx" stream="1.24" version="8" context="c0ffee" arch="x86_64"/>
        <package name="nginx" epoch="None" version="1.24.0" release="1" arch="noarch"/>
      </collection>
      <collection><package name="curl" version="7" release="1" arch="x86_64"/></collection>
    </pkglist>
  </update>
</updates>
)";

std::string updates(std::string_view inner) {
  return "<updates>" + std::string(inner) + "</updates>";
}
std::string update(std::string_view id, std::string_view inner) {
  return "<update type='security' version='1'><id>" + std::string(id) + "</id>" + std::string(inner) + "</update>";
}

}  // namespace

TEST_CASE("an advisory is read whole: words, dates, CVEs, packages of every collection, module, reboot") {
  const auto read = parse_updateinfo(kOne);
  CHECK_FALSE(read.problem);
  CHECK(read.not_understood.empty());
  REQUIRE(read.advisories.size() == 1);
  const auto& advisory = read.advisories[0];
  CHECK(advisory.id == "RHSA-2026:1234");
  CHECK(advisory.version == "3");
  CHECK(advisory.type == "security");
  CHECK(advisory.severity == "Important");
  CHECK(advisory.status == "final");
  CHECK(advisory.title == "Important: bash security update");
  CHECK(advisory.url == "https://example.org/RHSA-2026:1234");
  CHECK(format_time(advisory.issued.value()) == "2026-01-27T16:08:06Z");
  CHECK(format_time(advisory.updated.value()) == "2026-01-27T16:08:06Z");
  // Of a bug's title nothing is believed: it may name what was fixed before.
  CHECK(advisory.cves == std::vector<std::string>{"CVE-2026-1111", "CVE-2026-22222"});
  CHECK(advisory.module == "nginx:1.24");
  CHECK(advisory.reboot_suggested);
  REQUIRE(advisory.packages.size() == 3);
  CHECK(to_text(Nevra{advisory.packages[0].name, advisory.packages[0].version, advisory.packages[0].arch}) ==
        "bash-1:5.1-2.el9.x86_64");
  CHECK(advisory.packages[0].filename == "bash-5.1-2.el9.x86_64.rpm");
  CHECK(advisory.packages[0].reboot_suggested);
  CHECK(advisory.packages[0].module.empty());
  CHECK(advisory.packages[1].version == Evr{"", "1.24.0", "1"});
  CHECK(advisory.packages[1].module == "nginx:1.24");
  CHECK_FALSE(advisory.packages[1].reboot_suggested);
  CHECK(advisory.packages[2].module.empty());  // the module is that of its collection alone
}

TEST_CASE("edge-124: an empty package list, no severity and a namespace are no reason to lose an advisory") {
  const auto read = parse_updateinfo(
      "<s:updates xmlns:s='http://novell.com/package/metadata/suse/updateinfo'><!-- PATCHINFO -->"
      "<s:update type='recommended'><s:id>aaa</s:id><s:pkglist/></s:update></s:updates>");
  CHECK_FALSE(read.problem);
  REQUIRE(read.advisories.size() == 1);
  CHECK(read.advisories[0].id == "aaa");
  CHECK(read.advisories[0].packages.empty());
  CHECK(read.advisories[0].severity.empty());
}

TEST_CASE("edge-124: one id with two versions is two advisories, and one after merging") {
  const auto read = parse_updateinfo(
      updates("<update type='recommended' version='36'><id>kernel</id><severity>low</severity><issued date='2'/>"
              "<description>CVE-2008-0001</description><pkglist><collection>"
              "<package name='kernel' version='1' release='1' arch='x86_64'/></collection></pkglist></update>"
              "<update type='bugfix'><id>other</id></update>"
              "<update type='security' version='120'><id>kernel</id><severity>critical</severity><issued date='1'/>"
              "<description>CVE-2008-0001 CVE-2008-0002</description><pkglist><collection>"
              "<package name='kernel' version='2' release='1' arch='x86_64'><reboot_suggested/></package>"
              "</collection></pkglist></update>"));
  CHECK(read.advisories.size() == 3);
  const auto merged = merge_by_id(read.advisories);
  REQUIRE(merged.size() == 2);
  CHECK(merged[0].id == "kernel");
  CHECK(merged[0].type == "security");
  CHECK(merged[0].severity == "critical");
  CHECK(merged[0].packages.size() == 2);
  CHECK(merged[0].cves == std::vector<std::string>{"CVE-2008-0001", "CVE-2008-0002"});
  CHECK(merged[0].issued == Time(std::chrono::seconds(1)));
  CHECK(merged[0].reboot_suggested);
  CHECK(merged[1].id == "other");
}

TEST_CASE("a reboot is suggested by an element, unless its text denies it") {
  for (const auto& row : {std::pair{"<reboot_suggested/>", true},
                          {"<reboot_suggested>True</reboot_suggested>", true},
                          {"<reboot_suggested>1</reboot_suggested>", true},
                          {"<reboot_suggested> False </reboot_suggested>", false},
                          {"<reboot_suggested>0</reboot_suggested>", false},
                          {"<relogin_suggested>True</relogin_suggested>", false}}) {
    CAPTURE(row.first);
    const auto read = parse_updateinfo(updates(update("a", row.first)));
    REQUIRE(read.advisories.size() == 1);
    CHECK(read.advisories[0].reboot_suggested == row.second);
  }
}

TEST_CASE("cut off anywhere, the text gives what stood whole before, and says that it is broken") {
  const std::string text = updates(update("a", "<pkglist/>") + update("b", "") + update("c", ""));
  const auto first_end = text.find("</update>") + std::string_view("</update>").size();
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    const auto read = parse_updateinfo(std::string_view(text).substr(0, length));
    REQUIRE(read.problem);
    CHECK(read.advisories.empty() == (length < first_end));
    for (const auto& advisory : read.advisories) CHECK_FALSE(advisory.id.empty());
  }
  CHECK_FALSE(parse_updateinfo(text).problem);
}

TEST_CASE("what is no updateinfo is no empty list") {
  for (const std::string_view text : {"", " ", "<html><body>404</body></html>", "<repomd/>", "garbage",
                                      "<updates/><updates/>", "<updates></update>"}) {
    CAPTURE(text);
    const auto read = parse_updateinfo(text);
    CHECK((read.problem.has_value() || !read.not_understood.empty()));
  }
  CHECK_FALSE(parse_updateinfo("<updates/>").problem);
  CHECK_FALSE(parse_updateinfo(updates(update("a", ""))).problem);
}

TEST_CASE("data without a name or an id are told, not dropped") {
  const auto read = parse_updateinfo(
      updates("<update type='security'><pkglist><collection><package name='x' version='1' release='1' arch='noarch'/>"
              "</collection></pkglist></update>" +
              update("a",
                     "<pkglist><collection><package version='1' arch='noarch'/><package name='y'/>"
                     "<package name='" +
                         std::string(2000, 'z') + "' version='1'/></collection></pkglist>") +
              "<foo/>"));
  CHECK(read.not_understood.size() == 5);
  REQUIRE(read.advisories.size() == 1);
  CHECK(read.advisories[0].packages.empty());
}

TEST_CASE("a document type is refused: nothing in the text can expand") {
  const auto read = parse_updateinfo("<!DOCTYPE u [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" +
                                     updates(update("&b;", "")));
  REQUIRE(read.problem);
  CHECK(read.problem->find("document type") != std::string::npos);
  CHECK(read.advisories.empty());
}

TEST_CASE("hostile sizes and depths end in a problem or are capped") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<x>";
  CHECK(parse_updateinfo(updates(update("a", deep))).problem);

  const auto many = parse_updateinfo(updates([] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "<update/>";
    return text;
  }()));
  CHECK(many.not_understood.size() < 100);
  CHECK(many.not_understood.back().find("more") != std::string::npos);

  const auto controls = parse_updateinfo(updates(update("a&#9;\xc2\x9b[31mb", "<title>\n two\r\nlines </title>")));
  REQUIRE(controls.advisories.size() == 1);
  CHECK(controls.advisories[0].title == "two lines");
  CHECK(parse_updateinfo(updates(update(std::string_view("a\0b", 3), ""))).problem);
}

TEST_CASE("vendors' words for type and severity have one meaning each, in any case") {
  using enum Classification;
  for (const auto& row : {std::pair{"security", security},
                          {"Security", security},
                          {" SECURITY\n", security},
                          {"bugfix", bugfix},
                          {"recommended", bugfix},
                          {"enhancement", enhancement},
                          {"optional", enhancement},
                          {"newpackage", feature},
                          {"feature", feature},
                          {"document", other},
                          {"yast", other},
                          {"other", other},
                          {"", unknown},
                          {"securityish", unknown},
                          {"Sicherheit", unknown}}) {
    CAPTURE(row.first);
    CHECK(classification_of(row.first) == row.second);
  }
  for (const auto& row : {std::pair{"Critical", Severity::critical},
                          {"important", Severity::important},
                          {"Moderate", Severity::moderate},
                          {"medium", Severity::moderate},
                          {"LOW", Severity::low},
                          {"None", Severity::none},
                          {"", Severity::unknown},
                          {"unspecified", Severity::unknown},
                          {"high", Severity::unknown}}) {
    CAPTURE(row.first);
    CHECK(severity_of(row.first) == row.second);
  }
}

TEST_CASE("dates are read as vendors write them, and a wrong one is none") {
  struct Row {
    const char* text;
    const char* expected;
  };
  for (const Row& row : {Row{"2026-01-27T16:08:06Z", "2026-01-27T16:08:06Z"},
                         {"2026-01-27 16:08:06", "2026-01-27T16:08:06Z"},
                         {"2026-01-27 16:08:06 UTC", "2026-01-27T16:08:06Z"},
                         {"2026-01-27 16:08:06.123456", "2026-01-27T16:08:06Z"},
                         {"2026-01-27 17:08:06+01:00", "2026-01-27T16:08:06Z"},
                         {"2023-02-17 20:41", "2023-02-17T20:41:00Z"},
                         {"2026-01-27", "2026-01-27T00:00:00Z"},
                         {"1213630432", "2008-06-16T15:33:52Z"},
                         {" 1213630432.5 ", "2008-06-16T15:33:52Z"},
                         {"15mangled2", nullptr},
                         {"", nullptr},
                         {"-1", nullptr},
                         {"99999999999999999999", nullptr},
                         {"2026-02-30", nullptr}}) {
    CAPTURE(row.text);
    const auto time = advisory_time(row.text);
    CHECK(time.has_value() == (row.expected != nullptr));
    if (time && row.expected != nullptr) CHECK(format_time(*time) == row.expected);
  }
}

TEST_CASE("CVEs are found in any text, each once") {
  CHECK(cves_in("cve-2008-2360, CVE-2008-2360; (CVE-2026-1234567) xCVE-2020-0001y CVE-2020-123 CVE-20-1234 CVE") ==
        std::vector<std::string>{"CVE-2008-2360", "CVE-2026-1234567", "CVE-2020-0001"});
  CHECK(cves_in("").empty());
  CHECK(cves_in("CVE-2020-" + std::string(100, '1')).empty());
}

namespace {

/// In pieces of `size` bytes, as they come out of a compressed file.
std::optional<Updateinfo> read_plainly(std::string_view xml, const AdvisoryFilter& wanted, std::size_t size) {
  return parse_plain_updateinfo(wanted, [&](const TakeContent& take) -> std::optional<std::string> {
    std::string rest;
    for (std::size_t at = 0; at < xml.size(); at += size) {
      rest += xml.substr(at, size);
      const auto taken = take(rest);
      if (!taken) return std::nullopt;
      rest.erase(0, *taken);
    }
    return rest;
  });
}

std::vector<std::string> ids(const Updateinfo& read) {
  std::vector<std::string> all;
  for (const auto& advisory : read.advisories) all.push_back(advisory.id);
  return all;
}

}  // namespace

TEST_CASE("what is wanted is read as if all were, and the rest is left out") {
  const std::string package = "<pkglist><collection><package name='bash' version='1' release='1' arch='noarch'/>";
  const std::string other = "<pkglist><collection><package name='zs&#104;' version='1' release='1' arch='noarch'/>";
  const std::string end = "</collection></pkglist>";
  const std::string text =
      "<?xml version='1.0' encoding='UTF-8'?>" + updates(update("a", package + end) + update("b", other + end) +
                                                         update("c", "<updated/>") + update("d&#45;1", other + end));
  struct Row {
    AdvisoryFilter wanted;
    std::vector<std::string> ids;
  };
  for (const Row& row : {Row{{{}, {{"bash", {}}}}, {"a"}},
                         {{{"c", "d-1"}, {}}, {"c", "d-1"}},
                         {{{"b"}, {{"bash", {}}}}, {"a", "b"}},
                         {{{}, {{"zsh", {}}}}, {"b", "d-1"}},
                         {{{}, {{"zsh", {"", "1", "0"}}}}, {"b", "d-1"}},
                         {{{}, {{"zsh", {"", "1", "1"}}}}, {}},
                         {{{}, {{"bas", {}}}}, {}}}) {
    CHECK(ids(parse_updateinfo(text, row.wanted)) == row.ids);
    for (std::size_t size = 1; size <= text.size(); ++size) {
      CAPTURE(size);
      const auto plain = read_plainly(text, row.wanted, size);
      REQUIRE(plain);
      CHECK(ids(*plain) == row.ids);
    }
  }
}

TEST_CASE("of what is wanted, packages of other names are left out, and nothing that counts") {
  const auto package = [](const std::string& name, const std::string& inside) {
    return "<package name='" + name + "' version='1' release='1' arch='noarch'>" + inside + "</package>";
  };
  const std::string text = updates(
      update("a", "<description>long</description><title>t</title><pkglist><collection>" + package("zsh", "") +
                      package("bash", "") + package("kernel", "<reboot_suggested>1</reboot_suggested>") +
                      package("ksh", "<filename>f</filename>") + "</collection></pkglist>") +
      update("b", "<description>of CVE-2026-0001</description><pkglist>" + package("bash", "") + "</pkglist>") +
      update("c", "<description>of CVE&#45;2026-0002</description><pkglist>" + package("b&#97;sh", "") + "</pkglist>") +
      update("d", "<pkglist>" + package("zsh", "") + "</pkglist><description>last</description>"));
  const AdvisoryFilter wanted{{}, {{"bash", {}}}};
  for (const auto& read : {parse_updateinfo(text, wanted), read_plainly(text, wanted, 100).value_or(Updateinfo{})}) {
    CHECK_FALSE(read.problem);
    REQUIRE(ids(read) == std::vector<std::string>{"a", "b", "c"});
    for (const auto& advisory : read.advisories) {
      REQUIRE(advisory.packages.size() == 1);
      CHECK(advisory.packages[0].name == "bash");
    }
    CHECK(read.advisories[0].reboot_suggested);
    CHECK(read.advisories[0].title == "t");
    CHECK(read.advisories[1].cves == std::vector<std::string>{"CVE-2026-0001"});
    CHECK(read.advisories[2].cves == std::vector<std::string>{"CVE-2026-0002"});
  }
}

TEST_CASE("versions that are there already are left out, unless somebody asked for the advisory") {
  const auto packages = [](const std::string& bash, const std::string& zsh) {
    return "<pkglist><collection><package name='bash' version='" + bash + "' release='1' arch='noarch'/>" +
           "<package name='zsh' version='" + zsh + "' release='1' arch='noarch'/></collection></pkglist>";
  };
  const std::string text =
      updates(update("old", packages("1.9", "1")) + update("new", packages("1.10", "3")) +
              update("asked", packages("1.9", "1")) + "<update>" + packages("1.9", "3") + "<id>last</id></update>" +
              "<update>" + packages("1.9", "1") + "<id>asked-last</id></update>");
  const AdvisoryFilter wanted{{"asked", "asked-last"}, {{"bash", {"", "1.10", "0"}}, {"zsh", {"", "2", "1"}}}};
  for (const auto& read : {parse_updateinfo(text, wanted), read_plainly(text, wanted, 100).value_or(Updateinfo{})}) {
    REQUIRE(ids(read) == std::vector<std::string>{"new", "asked", "last", "asked-last"});
    CHECK(read.advisories[0].packages.size() == 2);
    CHECK(read.advisories[1].packages.size() == 2);
    REQUIRE(read.advisories[2].packages.size() == 1);
    CHECK(read.advisories[2].packages[0].name == "zsh");
    CHECK(read.advisories[3].packages.size() == 2);
  }
}

TEST_CASE("an advisory about security counts for its repository in each version of what is there, and for no other") {
  const auto security = [](const std::string& name) {
    return updates("<update type='security'><id>a</id><pkglist><package name='" + name +
                   "' version='1' release='1' arch='noarch'/></pkglist></update>");
  };
  const AdvisoryFilter wanted{{}, {{"bash", {"", "2", "1"}}}};
  CHECK(parse_updateinfo(security("bash"), wanted).advisories.empty());
  CHECK(parse_updateinfo(security("bash"), wanted).names_security);
  CHECK_FALSE(parse_updateinfo(security("zsh"), wanted).names_security);
  CHECK(parse_updateinfo(security("zsh"), {{"a"}, {}}).names_security);
  CHECK(parse_updateinfo(security("zsh")).names_security);
  CHECK_FALSE(parse_updateinfo(updates(update("a", "")), {{"b"}, {}}).names_security);
}

TEST_CASE("a line is told by its number, also far behind the first") {
  const std::string broken = "<update type='x'/>";  // without an id
  const std::string text = updates(std::string(300'000, '\n') + broken);
  CHECK_FALSE(read_plainly(text, {{}, {{"bash", {}}}}, text.size()));
  const auto read = parse_updateinfo(text, {{}, {{"bash", {}}}});
  REQUIRE(read.not_understood.size() == 1);
  CHECK(read.not_understood.front().starts_with("line 300001: "));
}

TEST_CASE("an updateinfo that is torn, or no updateinfo, is never read plainly") {
  const AdvisoryFilter wanted{{"a"}, {}};
  const std::string text = updates(update("a", "") + update("b", ""));
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(read_plainly(std::string_view(text).substr(0, length), wanted, text.size()));
  }
  CHECK_FALSE(read_plainly("<something/>", wanted, 100));
  CHECK(read_plainly(text, wanted, 100));
}
