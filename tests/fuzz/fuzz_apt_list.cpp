// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_list_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& upgrade : apt::parse_upgrade_list(input).upgrades)
    test::must(!upgrade.name.empty() && !upgrade.candidate.empty() && !upgrade.installed.empty(),
               "an upgrade is whole");
}
