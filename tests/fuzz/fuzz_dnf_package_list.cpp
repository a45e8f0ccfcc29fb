// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/package_list_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  const auto whole = [](const dnf::PackageRow& row) {
    test::must(!row.package.name.empty() && !row.package.evr.version.empty() && !row.package.evr.release.empty() &&
                   !row.package.arch.empty() && !row.repository.empty(),
               "a row is whole");
  };
  const auto list = dnf::parse_package_list(input);
  for (const auto& row : list.rows) whole(row);
  for (const auto& each : list.replacements) {
    whole(each.by);
    for (const auto& row : each.replaced) whole(row);
  }
  test::must(dnf::newest_of_each(list.rows).size() <= list.rows.size(), "the newest are among the rows");
}
