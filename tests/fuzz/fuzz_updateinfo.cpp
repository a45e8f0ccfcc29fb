// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/updateinfo_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  auto read = rpm::parse_updateinfo(input);
  for (const auto& advisory : read.advisories) {
    test::must(!advisory.id.empty(), "an advisory has an id");
    for (const auto& package : advisory.packages)
      test::must(!package.name.empty() && !package.version.version.empty(), "a package has a name and a version");
  }
  std::size_t packages = 0;
  for (const auto& advisory : read.advisories) packages += advisory.packages.size();
  for (const auto& advisory : rpm::merge_by_id(std::move(read.advisories))) packages -= advisory.packages.size();
  test::must(packages == 0, "merging loses no package");
}
