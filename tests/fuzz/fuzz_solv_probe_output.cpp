// SPDX-License-Identifier: Apache-2.0
// What patchstate-solv-probe prints, whether it may be taken, and the rules over what is; and what is looked for in the
// file that its advisories stand for.
#include "collectors/collector.h"
#include "collectors/zypper/zypper_fast_path.h"
#include "collectors/zypper/zypper_rules.h"
#include "collectors/zypper/zypper_told_advisories.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  zypper::ReadAlike check;
  if (const auto taken = check.take(input)) test::must(*taken <= input.size(), "no more is taken than there is");
  zypper::ProbeAnswer answer;
  try {
    answer = zypper::parse_probe_output(input);
  } catch (const CollectorError&) {
    return;
  }
  zypper::Snapshot snapshot;
  for (const auto& package : answer.packages)
    snapshot.installed.push_back(
        {package.name, rpm::parse_evr(package.installed.version), package.installed.arch, std::nullopt, ""});
  if (!zypper::needs_zypper(answer, snapshot).empty()) return;
  for (const auto& one : answer.advisories) {
    snapshot.repositories.emplace_back().config.id = one.repository;
    snapshot.repositories.back().has_updateinfo = true;
  }
  const auto packages = answer.packages.size();
  const auto replaced = answer.replaced.size();
  zypper::take(std::move(answer), snapshot);
  test::must(snapshot.updates.size() >= packages && snapshot.updates.size() <= packages + replaced,
             "each package is an update, and each that takes another's place");
  for (const auto& update : zypper::judge(snapshot, {}).updates)
    test::must(!update.classifications.empty(), "an update has a class, if only `unknown`");
}
