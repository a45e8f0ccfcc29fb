// SPDX-License-Identifier: Apache-2.0
// What the probe of Windows Update prints, and the rules over whatever snapshot came of it.
#include <set>

#include "collectors/collector.h"
#include "collectors/windows_update/windows_update_output.h"
#include "collectors/windows_update/windows_update_rules.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  Findings findings;
  windows_update::Snapshot snapshot;
  try {
    snapshot = windows_update::parse_probe_output(input);
    findings = windows_update::judge(snapshot, {});
  } catch (const CollectorError&) {
    return;
  }
  test::must(snapshot.search.result == windows_update::SearchResult::succeeded ||
                 snapshot.search.result == windows_update::SearchResult::succeeded_with_errors,
             "only a search that succeeded has findings");
  std::set<std::string> ids;
  for (const auto& update : findings.updates) {
    test::must(!update.classifications.empty(), "an update has a class, if only `unknown`");
    test::must(ids.insert(update.patch_id).second, "an update is listed once");
  }
  // A superseded one has one that takes its place, or nothing would be pending of it.
  bool superseded = false;
  bool pending = false;
  for (const auto& update : findings.updates) {
    superseded = superseded || update.state == UpdateState::superseded;
    pending = pending || is_pending(update);
  }
  test::must(!superseded || pending, "nothing is superseded by nothing");
}
