// SPDX-License-Identifier: Apache-2.0
#include "collectors/collector.h"
#include "collectors/dnf/tdnf_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  try {
    for (const auto& row : dnf::parse_tdnf_packages(input).rows)
      test::must(!row.package.name.empty() && !row.package.evr.version.empty(), "a row is whole");
  } catch (const CollectorError&) {
  }
  try {
    dnf::parse_tdnf_repositories(input);
  } catch (const CollectorError&) {
  }
}
