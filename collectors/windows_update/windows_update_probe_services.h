// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "collectors/windows_update/windows_update_probe_com.h"

namespace patchstate::windows_update {

/// Version of the agent, automatic updates, whether a reboot is required.
void read_agent(Snapshot& snapshot);
/// The last successful installation in the history; newest first, and not further back than kLongestHistory entries.
void read_history(IUpdateSearcher& searcher, Snapshot& snapshot);

/// The services that the agent knows, and the one that is there for an offline package.
class Services {
 public:
  /// Null where there is no service manager: snapshot.problems says so.
  explicit Services(Snapshot& snapshot);
  /// Lists them into the snapshot.
  void read();
  /// Makes a service of a signed scan package, and removes those that a run of ours left behind. Its id; empty:
  /// snapshot.search says what failed.
  std::string add_scan_package(const std::filesystem::path& cab);
  /// Also when the search failed: its copy of the package is 1 GB. A failure is a problem of the snapshot.
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

 private:
  void remove(const std::string& id);

  Snapshot& snapshot_;
  ComPtr<IUpdateServiceManager> manager_;
  HRESULT created_;
  std::string scan_package_;  ///< id of the service to remove
};

}  // namespace patchstate::windows_update
