// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_locks.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& lock : zypper::parse_locks(input).locks) {
    const bool plain = lock.name.find_first_of("*?[") == std::string::npos && !lock.name.empty();
    const bool of_packages = lock.type.empty() || lock.type == "package";
    if (plain && of_packages && lock.match != zypper::Match::other)
      test::must(zypper::matches(lock, lock.name), "a lock on a name matches that name");
    (void)zypper::matches(lock, input.substr(0, 200));
  }
}
