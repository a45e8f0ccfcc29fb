// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_targets_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& target : apt::parse_index_targets(input).targets) {
    apt::release_prefix(target);
    apt::repository_of(target.file.description);
  }
}
