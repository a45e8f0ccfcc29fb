// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/advisory_list_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto list = dnf::parse_advisory_list(input);
  std::size_t packages = 0;
  for (const auto& advisory : dnf::advisories_of(list.rows)) packages += advisory.packages.size();
  std::size_t rows = 0;
  for (const auto& row : list.rows) rows += row.reference ? 0 : 1;
  test::must(packages == rows, "no row is lost");
}
