// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/repoquery_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& row : dnf::parse_repoquery(input).rows)
    test::must(!row.package.name.empty() && !row.package.evr.version.empty(), "a row is whole");
}
