// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_update_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& complaint : apt::parse_update_complaints(input).complaints)
    test::must(!complaint.text.empty(), "a complaint says something");
}
