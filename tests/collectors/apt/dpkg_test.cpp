// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "collectors/apt/apt_dpkg_output.h"
#include "collectors/apt/apt_show_output.h"

namespace patchstate::apt {

TEST_CASE("edge-24: what is installed, held and unfinished follows from dpkg's own state words") {
  struct Case {
    const char* line;
    bool installed;
    const char* broken;
  };
  const Case cases[] = {
      {"bash\t5.2\tamd64\tbash\t5.2\tinstall\tok\tinstalled\t.\n", true, ""},
      {"bash\t5.2\tamd64\tbash\t5.2\thold\tok\tinstalled\t.\n", true, ""},
      {"bash\t5.2\tamd64\tbash\t5.2\tdeinstall\tok\tconfig-files\t.\n", false, ""},
      {"bash\t\tamd64\tbash\t\tunknown\tok\tnot-installed\t.\n", false, ""},
      {"bash\t5.2\tamd64\tbash\t5.2\tinstall\tok\tunpacked\t.\n", true, "unpacked"},
      {"bash\t5.2\tamd64\tbash\t5.2\tinstall\tok\thalf-configured\t.\n", true, "half-configured"},
      {"bash\t5.2\tamd64\tbash\t5.2\tinstall\tok\ttriggers-pending\t.\n", true, "triggers-pending"},
      {"bash\t5.2\tamd64\tbash\t5.2\tinstall\treinstreq\thalf-installed\t.\n", true, "reinst-required"},
      {"bash\t\tamd64\tbash\t\tinstall\tok\thalf-installed\t.\n", false, "half-installed"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.line);
    const DpkgStatus status = parse_dpkg_status(one.line);
    CHECK(status.installed.size() == (one.installed ? 1 : 0));
    CHECK((status.broken.empty() ? std::string() : status.broken[0].state) == one.broken);
    CHECK(status.not_understood.empty());
  }
  CHECK(parse_dpkg_status(cases[1].line).installed[0].held);
  CHECK_FALSE(parse_dpkg_status(cases[0].line).installed[0].held);
}

TEST_CASE("a row of dpkg-query that was cut, or isn't one, is returned") {
  const std::string row = "bash\t5.2-1\tamd64\tbash\t5.2-1\tinstall\tok\tinstalled\t.\n";
  for (std::size_t end = 1; end + 1 < row.size(); ++end)
    if (parse_dpkg_status(row.substr(0, end)).not_understood.size() != 1) FAIL("cut at byte ", end, " goes unnoticed");
  CHECK(parse_dpkg_status("bash\t5.2_1\tamd64\tbash\t5.2\tinstall\tok\tinstalled\t.\n").not_understood.size() == 1);
  CHECK(parse_dpkg_status("b\xffsh\t5.2\tamd64\tbash\t5.2\tinstall\tok\tinstalled\t.\n").not_understood.size() == 1);
}

TEST_CASE("edge-23: dpkg's status file itself says what dpkg-query says of it") {
  const DpkgStatus status = parse_status_file(
      "Package: bash\nEssential: yes\nStatus: hold ok installed\nArchitecture: amd64\nSource: bash-src (5.2-2)\n"
      "Version: 5.2-2+b8\nDescription: a shell\n Version: 9\n\n"
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
      "Package: never\nStatus: unknown ok not-installed\n\n"
      "Package: sick\nStatus: install reinstreq half-installed\nArchitecture: all\nVersion: 1\nSource: ill\n\n"
      "Package: odd\nVersion: 1\nArchitecture: amd64\n\n"
      "Package: last\nStatus: install ok triggers-awaited\nArchitecture: i386\nVersion: 1");
  REQUIRE(status.installed.size() == 3);
  CHECK(status.installed[0].name == "bash");
  CHECK(status.installed[0].version == "5.2-2+b8");
  CHECK(status.installed[0].arch == "amd64");
  CHECK(status.installed[0].source == "bash-src");
  CHECK(status.installed[0].source_version == "5.2-2");
  CHECK(status.installed[0].held);
  CHECK(status.installed[1].source == "ill");
  CHECK(status.installed[1].source_version == "1");
  CHECK(status.installed[2].name == "last");
  REQUIRE(status.broken.size() == 2);
  CHECK(status.broken[0].state == "reinst-required");
  CHECK(status.broken[1].state == "triggers-awaited");
  // A record without a state is told, never left out.
  CHECK(status.not_understood.size() == 1);
}

TEST_CASE("a package record has source, size and what it needs and provides") {
  const auto records = parse_package_records(
      "Package: bash\nSource: bash-src (5.2-2)\nVersion: 5.2-2+b13\nArchitecture: amd64\nPre-Depends: libc6 (>= 2.36)\n"
      "Depends: base-files (>= 2.1), exim4 | mail-transport-agent, perl:any\nRecommends: bash-completion\n"
      "Provides: shell (= 1), sh\nTag: a::b,\n c::d\nSize: 1490652\n\nPackage: tzdata\nVersion: 2026a\nArchitecture: "
      "all\n"
      "Size: huge\n\nPackage: nothing\n\nPackage: cut\nVersion: 1\n");
  REQUIRE(records.size() == 2);
  CHECK(records[0].source == "bash-src");
  CHECK(records[0].source_version == "5.2-2");
  CHECK(records[0].size == 1490652);
  CHECK(records[0].depends == std::vector<std::string>{"libc6", "base-files", "exim4", "mail-transport-agent", "perl"});
  CHECK(records[0].recommends == std::vector<std::string>{"bash-completion"});
  CHECK(records[0].provides == std::vector<std::string>{"shell", "sh"});
  CHECK(records[1].source == "tzdata");
  CHECK(records[1].source_version == "2026a");
  CHECK_FALSE(records[1].size.has_value());
}

}  // namespace patchstate::apt
