// SPDX-License-Identifier: Apache-2.0
#include "collectors/collector.h"
#include "collectors/dnf/dnf4_output.h"
#include "collectors/dnf/dnf_rules.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  try {
    const auto findings = dnf::judge(dnf::parse_dnf4(input), {"fedora", "6.1-1.x86_64", {}});
    for (const auto& update : findings.updates)
      test::must(!update.name.empty() && !update.version.empty() && !update.classifications.empty(),
                 "an update is whole");
  } catch (const CollectorError&) {
  }
}
