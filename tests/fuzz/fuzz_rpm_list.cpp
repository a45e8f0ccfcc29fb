// SPDX-License-Identifier: Apache-2.0
// What rpm prints: lists of packages, and what it says of its database.
#include "collectors/rpm/rpm_database.h"
#include "collectors/rpm/rpm_list_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& package : rpm::parse_rpm_list(input).packages)
    test::must(!package.name.empty() && !package.evr.version.empty(), "a package has a name and a version");
  if (const auto trouble = rpm::classify_rpm_failure(input))
    test::must(!trouble->code.empty() && !trouble->message.empty(), "trouble has a code and an advice");
}
