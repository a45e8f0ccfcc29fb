// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/apt/apt_list_output.h"

namespace patchstate::apt {
namespace {

std::string summary(const ListedUpgrade& one) {
  std::string text = one.name + " " + one.installed + " " + one.candidate + " " + one.arch;
  for (const auto& suite : one.suites) text += " " + suite;
  return text;
}

}  // namespace

TEST_CASE("a line of apt list --upgradable has name, suites, versions and architecture") {
  struct Case {
    const char* line;
    const char* expected;
  };
  const Case cases[] = {
      {"libc6/oldoldstable 2.28-10+deb10u4 amd64 [upgradable from: 2.28-10+deb10u3]",
       "libc6 2.28-10+deb10u3 2.28-10+deb10u4 amd64 oldoldstable"},
      {"bsdutils/noble-updates,noble-security 1:2.39.3-9ubuntu6.5 amd64 [upgradable from: 1:2.39.3-9ubuntu6.1]",
       "bsdutils 1:2.39.3-9ubuntu6.1 1:2.39.3-9ubuntu6.5 amd64 noble-updates noble-security"},
      {"libpam-runtime/noble-security,now 1.5.3-5 all [upgradable from: 1.5.3-4]",
       "libpam-runtime 1.5.3-4 1.5.3-5 all noble-security"},
      {"tool/ 1.1 amd64 [upgradable from: 1.0]", "tool 1.0 1.1 amd64"},
      {"tool/N/A 1.1 amd64 [upgradable from: 1.0]", "tool 1.0 1.1 amd64"},
      {"tool/some suite,other 1.1 i386 [upgradable from: 1.0~rc1]", "tool 1.0~rc1 1.1 i386 some suite other"},
      {"\x1b[32mtool\x1b[0m/stable 1.1 amd64 [upgradable from: 1.0]", "tool 1.0 1.1 amd64 stable"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.line);
    const UpgradeList list = parse_upgrade_list(std::string("Listing... Done\n") + one.line + "\n");
    REQUIRE(list.upgrades.size() == 1);
    CHECK(summary(list.upgrades[0]) == one.expected);
    CHECK(list.not_understood.empty());
  }
}

TEST_CASE("chatter of apt list is no data, and what is neither is returned") {
  CHECK(parse_upgrade_list("\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
                           "Listing...\nN: There is 1 additional version.\n")
            .not_understood.empty());
  for (const auto* line : {"bash/stable 5.2 amd64 [upgradable from: 5.1", "bash/stable 5.2 amd64",
                           "bash stable 5.2 amd64 [upgradable from: 5.1]", "bash/stable amd64 [upgradable from: 5.1]",
                           "b\xffsh/stable 5.2 amd64 [upgradable from: 5.1]",
                           "[upgradable from: 5.1]/x 5.2 amd64 [upgradable from: 5.1]"}) {
    CAPTURE(line);
    CHECK(parse_upgrade_list(line).upgrades.empty());
    CHECK(parse_upgrade_list(line).not_understood.size() == 1);
  }
}

}  // namespace patchstate::apt
