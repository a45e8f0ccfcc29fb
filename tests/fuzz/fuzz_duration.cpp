// SPDX-License-Identifier: Apache-2.0
#include "agent/duration.h"
#include "agent/refresh.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (const auto duration = parse_duration(input))
    test::must(*duration >= std::chrono::seconds{0} && *duration <= std::chrono::years{101},
               "a duration is in its range");
  if (const auto refresh = parse_refresh(input, {}))
    test::must(refresh->deadline == RefreshPolicy{}.deadline, "the words of the command line keep the deadline");
}
