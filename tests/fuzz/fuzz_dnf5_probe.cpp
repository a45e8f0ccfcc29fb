// SPDX-License-Identifier: Apache-2.0
// What patchstate-solv-probe prints of dnf5's caches, whether it may be taken, and the rules over what is; and
// dnf.conf.
#include "collectors/collector.h"
#include "collectors/dnf/dnf5_fast_path.h"
#include "collectors/dnf/dnf_rules.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  for (const auto& key : dnf::unusual_settings(input)) test::must(key != "gpgcheck", "a usual setting is none");
  dnf::Dnf5ProbeAnswer answer;
  try {
    answer = dnf::parse_dnf5_probe(input);
  } catch (const CollectorError&) {
    return;
  }
  dnf::PackageList same;
  for (const auto& one : answer.chosen)
    if (one.known) same.rows.push_back({one.package, one.repository});
  if (!dnf::needs_dnf5(answer, same).empty()) return;
  dnf::Snapshot snapshot;
  dnf::take(std::move(answer), snapshot);
  for (const auto& row : same.rows) snapshot.candidates.emplace_back().package = row.package;
  for (const auto& update : dnf::judge(snapshot, {}).updates)
    test::must(update.state != UpdateState::kept_back, "what is chosen can be installed");
}
