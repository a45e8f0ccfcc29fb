// SPDX-License-Identifier: Apache-2.0
// What the probe prints, and the rules over whatever snapshot came of it.
#include "collectors/apt/apt_probe_output.h"
#include "collectors/apt/apt_rules.h"
#include "collectors/collector.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  apt::Snapshot snapshot;
  try {
    snapshot = apt::parse_probe_output(input);
  } catch (const CollectorError&) {
    return;
  }
  for (const auto& package : snapshot.packages)
    for (const auto& version : package.newer)
      for (const auto file : version.files)
        test::must(file < snapshot.files.size(), "a version names files that are there");
  for (const auto& update : apt::judge(snapshot, {}).updates)
    test::must(!update.classifications.empty(), "an update has a class, if only `unknown`");
}
