// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_show_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& record : apt::parse_package_records(input)) {
    test::must(!record.name.empty() && !record.version.empty(), "a record has a name and a version");
    test::must(!record.source.empty(), "a record has a source, if only itself");
  }
}
