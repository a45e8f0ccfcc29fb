// SPDX-License-Identifier: Apache-2.0
// The one part that knows COM. It runs as a process of its own (`patchstate.exe windows-update-probe`), because what it
// loads into itself may hang, crash or take all memory; who started it sees to its end.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>

#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

struct ProbeOptions {
  /// Of the search: then it is asked to abort, and has kAbortPatience for it.
  std::chrono::milliseconds deadline = std::chrono::minutes{10};
  std::filesystem::path offline_cab;  ///< a signed wsusscn2.cab on a local disk; empty: the configured service is asked
  bool searches = true;               ///< false: what the agent knows without a search
};

/// How long after RequestAbort the search's end is awaited. Some searches never end.
inline constexpr std::chrono::milliseconds kAbortPatience = std::chrono::seconds{5};

/// Asks the Windows Update Agent of this machine. What fails is named in the snapshot; nothing is thrown but
/// std::bad_alloc. Changes nothing on the machine, but for the service of an offline package, which it removes again.
/// After a search that can't be ended the process must end without unloading COM (Search::timed_out).
Snapshot ask_windows_update(const ProbeOptions& options);

/// `windows-update-probe [--deadline SECONDS] [--offline-cab FILE] [--system]` (--system: without a search); `arguments`
/// are those after the name. Prints the snapshot into `out` (windows_update_probe_json.h). Exit code: 0, whatever
/// Windows Update said; 2: could not be written; 64: arguments not understood. A search that can't be ended ends the
/// process right here, with 0.
int run_windows_update_probe(std::span<const std::string> arguments, std::FILE* out);

}  // namespace patchstate::windows_update
