// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto answer = zypper::parse_zypper_xml(input);
  for (const auto& update : answer.updates) {
    test::must(!update.name.empty(), "an update has a name");
    test::must(update.kind != zypper::Kind::unknown, "an update has a kind");
  }
}
