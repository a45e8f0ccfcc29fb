// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "collectors/apt/apt_rules.h"
#include "collectors/collector.h"

namespace patchstate::apt {

/// Reads what the rules need beside apt's answer: Release files and when they were fetched, the size of stored indexes,
/// os-release. `dpkg` was read before apt was asked. A file that can't be read is a fact
/// (ReleaseFacts::Reading::unreadable), not an exception.
Surroundings read_surroundings(const HostAccess& access, const Snapshot& snapshot, const DpkgDatabase& dpkg);

/// Stamps of every file apt's answer depends on (linux.md §5). Taken before asking, so that a change in between is seen
/// by the next run.
std::string fingerprint(const HostAccess& access);

/// Where a change of those files shows, a folder or file each.
std::vector<std::filesystem::path> watched_paths();

}  // namespace patchstate::apt
