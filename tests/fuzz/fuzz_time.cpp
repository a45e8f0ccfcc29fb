// SPDX-License-Identifier: Apache-2.0
#include "assessment/assessment_json.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (const auto time = parse_time(input))
    test::must(parse_time(format_time(*time)) == time, "a time reads back the same");
}
