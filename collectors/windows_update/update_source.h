// SPDX-License-Identifier: Apache-2.0
// Which service a machine gets its updates from: Windows Update, Microsoft Update, a WSUS server, or a scan package.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

struct UpdateSource {
  PatchService service = PatchService::WU;
  std::string name;        ///< in English, whatever the system speaks: "Windows Update", "WSUS"
  std::string service_id;  ///< UUID, lower case; empty: not known
  std::string server;      ///< URL, credentials masked; empty: not known
  std::optional<bool> managed;
  std::vector<Warning> warnings;  ///< where policy and the agent disagree, what is paused or deferred
};

/// What was searched says most, then the agent's default service, then policy: UseWUServer and WUServer, or the MDM's
/// UpdateServiceUrl, unless SetPolicyDrivenUpdateSourceForQualityUpdates sends quality updates to Windows Update.
/// Policy and default are compared only where policy leaves no doubt (DisableDualScan, docs/windows.md).
UpdateSource update_source(const Snapshot& snapshot, Time now);

/// What the updates of that source carry as their repository: "WSUS https://wsus.example.org:8531".
std::string repository_name(const UpdateSource& source);

/// Why nothing can be said of this machine's updates, as a sentence: the service is disabled, or policy forbids its
/// use. Empty: neither. Automatic updates that are switched off (NoAutoUpdate) forbid no search.
std::string why_disabled(const Snapshot& snapshot);

}  // namespace patchstate::windows_update
