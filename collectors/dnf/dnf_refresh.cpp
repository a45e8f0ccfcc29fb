// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_refresh.h"

#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/dnf/dnf_cache.h"
#include "collectors/dnf/dnf_collector.h"
#include "collectors/rpm/repo_files.h"
#include "collectors/rpm/rpm_refresh.h"

namespace patchstate::dnf {
namespace {

constexpr const char* kCache = "/var/cache/dnf";

Checks last_checks(const HostAccess& access) {
  Checks all;
  for (auto& one : enabled_repositories(rpm::read_repo_files(access.root, rpm::dnf_repo_folders()))) {
    complete_from_cache(access.root, kCache, one);
    if (one.checked) all[one.id] = *one.checked;
  }
  return all;
}

}  // namespace

std::vector<Warning> left_out(const Checks& before, const Checks& after, Time began) {
  std::vector<Warning> warnings;
  for (const auto& [id, time] : after) {
    const auto known = before.find(id);
    if (known == before.end() || known->second != time || time >= began) continue;
    warnings.push_back({"refresh_warning",
                        masked(fmt::format("dnf makecache ended well and did not check {}: its metadata are as old as "
                                           "they were. See whether it can be reached (skip_if_unavailable is set)",
                                           id),
                               500),
                        id, false});
  }
  return warnings;
}

RefreshResult refresh_dnf(const HostAccess& access, std::chrono::milliseconds deadline) {
  const ToolProgram tool = own_tool(access.root);
  if (tool.program.empty()) return {false, {{"refresh_failed", tool.reason, {}, true}}};
  Command command;
  // Without --refresh what is younger than metadata_expire would be taken for fresh unasked.
  if (tool.tool == Tool::yum)
    command.argv = {tool.program, "-q", "makecache"};
  else
    command.argv = {tool.program, "-q", "--refresh", "makecache"};
  // The others leave no trace of each check, or don't check what they hold to be fresh.
  if (tool.tool != Tool::dnf4) return rpm::refresh_by(access, std::move(command), deadline);
  const auto before = last_checks(access);
  RefreshResult result = rpm::refresh_by(access, std::move(command), deadline);
  if (result.succeeded) result.warnings = left_out(before, last_checks(access), access.now);
  return result;
}

}  // namespace patchstate::dnf
