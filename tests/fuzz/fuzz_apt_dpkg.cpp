// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_dpkg_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& package : apt::parse_dpkg_status(input).installed)
    test::must(!package.name.empty() && !package.version.empty(), "an installed package has a name and a version");
}
