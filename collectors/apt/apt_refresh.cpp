// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_refresh.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/apt/apt_tools.h"
#include "collectors/apt/apt_update_output.h"

namespace patchstate::apt {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Somebody asked for fresh metadata and it could not be had, so what is known may not be all: always incomplete.
Warning failed(std::string subject, std::string message) {
  return {"refresh_failed", std::move(message), std::move(subject), true};
}

Warning locked(const LockHolder& lock, milliseconds waited) {
  return failed(lock.file,
                fmt::format("apt-get update: {} is held by {} and was not free within {} s; the lists are as "
                            "old as they were",
                            lock.file, lock.holder.empty() ? "another process" : lock.holder,
                            std::chrono::ceil<std::chrono::seconds>(waited).count()));
}

RefreshResult result_of(const Command& command, const ProcessResult& run) {
  RefreshResult result;
  const UpdateComplaints complaints = parse_update_complaints(run.err);
  const bool names_source = std::any_of(complaints.complaints.begin(), complaints.complaints.end(),
                                        [](const UpdateComplaint& one) { return one.failed && !one.uri.empty(); });
  for (const auto& one : complaints.complaints) {
    // "Some index files failed to download" says nothing more once each is named.
    if (one.failed && one.uri.empty() && names_source) continue;
    if (one.failed)
      result.warnings.push_back(failed(one.uri, "apt-get update: " + one.text));
    else
      result.warnings.push_back({"refresh_warning", "apt-get update: " + one.text, one.uri, false});
  }
  result.succeeded = run.ok() && !complaints.any_failed();
  if (!run.ok() && !complaints.any_failed())
    result.warnings.push_back(failed("", masked(describe(command, run)) + "; the lists may be as old as they were"));
  return result;
}

}  // namespace

// DPkg::Lock::Timeout does not apply to the lock on the lists, so the waiting is done here. Half the time is for the
// lock, the rest for the transfer.
RefreshResult refresh_apt(const HostAccess& access, milliseconds deadline) {
  AptTools tools(access);
  if (access.root != "/") tools.use_architectures(tools.architectures());
  const auto begin = Clock::now();
  const auto pause = std::min<milliseconds>(std::chrono::seconds{1}, deadline / 20 + milliseconds{1});
  while (true) {
    Command command = tools.update();
    const auto spent = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    command.deadline = std::max(deadline - spent, milliseconds{1});
    const ProcessResult run = tools.run(command);
    const auto lock = parse_update_complaints(run.err).locked;
    if (!lock) return result_of(command, run);
    const auto waited = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    if (waited + pause > deadline / 2) return {false, {locked(*lock, waited)}};
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace patchstate::apt
