// SPDX-License-Identifier: Apache-2.0
#include "collectors/collector.h"
#include "collectors/dnf/dnf5_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

namespace {

template <class Read>
void reading(Read read) {
  try {
    read();
  } catch (const CollectorError&) {
  }
}

}  // namespace

void fuzz(std::string_view input) {
  reading([&] {
    for (const auto& row : dnf::parse_dnf5_packages(input).rows)
      test::must(!row.package.name.empty() && !row.package.evr.version.empty(), "a row is whole");
  });
  reading([&] { dnf::parse_dnf5_advisories(input); });
  reading([&] { dnf::parse_dnf5_advisory_list(input); });
  reading([&] { dnf::parse_dnf5_repositories(input); });
}
