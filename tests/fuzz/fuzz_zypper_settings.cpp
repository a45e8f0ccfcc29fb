// SPDX-License-Identifier: Apache-2.0
// zypp.conf and systemCheck: nothing that is in force is overlooked.
#include "collectors/zypper/zypper_fast_path.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto unusual = zypper::unusual_settings(input);
  const auto checks = zypper::system_checks(input);
  test::must(unusual.size() <= checks.size(), "each setting is a line in force");
  for (const auto& check : checks) test::must(!check.empty() && check.front() != '#', "a line in force says something");
}
