// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/plan_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (const auto plan = dnf::parse_dnf5_plan(input))
    for (const auto& package : plan->installs) test::must(!package.name.empty(), "what is installed has a name");
}
