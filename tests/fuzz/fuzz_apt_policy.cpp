// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_policy_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& package : apt::parse_policy(input).packages) {
    test::must(!package.name.empty(), "a package has a name");
    package.whole();
    for (const auto& version : package.versions)
      for (const auto& source : version.sources) apt::is_status_file(source);
  }
}
