// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_release.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  if (const auto release = apt::parse_release(input))
    test::must(release->date.has_value(), "a whole Release file has a date");
  apt::parse_release_date(input);
}
