// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_text_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& patch : zypper::parse_patch_table(input).updates)
    test::must(!patch.name.empty() && !patch.category.empty(), "a patch has a name and a category");
  for (const auto& update : zypper::parse_update_table(input).updates)
    test::must(!update.name.empty() && !update.edition.empty() && !update.arch.empty(), "an update is whole");
}
