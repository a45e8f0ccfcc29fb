// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collectors/windows_update/windows_update_probe.h"
#include "collectors/windows_update/windows_update_probe_com.h"

namespace patchstate::windows_update {

/// Pending software, hidden ones included (IUpdate.IsHidden tells them), and what is installed and waits for a reboot.
/// Drivers are left out. Documented grammar: "or" at the top alone.
inline constexpr const wchar_t* kCriteria =
    L"(IsInstalled=0 and Type='Software') or (IsInstalled=1 and RebootRequired=1 and Type='Software')";

/// Which service is asked.
struct SearchTarget {
  ServerSelection selection = ssDefault;
  std::string service_id;  ///< of ssOthers
};

/// Searches into `snapshot.search` and `snapshot.updates`. A search that neither ends nor aborts is given up: its
/// objects are never released, because their end would wait for its own.
void search(IUpdateSession& session, IUpdateSearcher& searcher, const SearchTarget& target,
            std::chrono::milliseconds deadline, Snapshot& snapshot);

}  // namespace patchstate::windows_update
