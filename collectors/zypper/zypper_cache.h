// SPDX-License-Identifier: Apache-2.0
// What zypper has fetched: /var/cache/zypp/raw/ALIAS.
#pragma once

#include <filesystem>

#include "collectors/rpm/updateinfo_output.h"
#include "collectors/zypper/zypper_snapshot.h"

namespace patchstate::zypper {

/// FOLDER/ALIAS below `root`, by libzypp's name for it (RepoInfo::escaped_alias).
std::filesystem::path fetched_folder(const std::filesystem::path& root, const char* folder, std::string alias);

/// The repository as it lies there, without its advisories. Never throws for what is in its files: what can't be read
/// is in `reading` and `problem`.
FetchedRepository read_fetched(const std::filesystem::path& root, const rpm::ConfiguredRepo& config);

/// Its advisories that are wanted, into `repository`; most are about packages that this system does not have.
void read_advisories(const std::filesystem::path& root, const rpm::AdvisoryFilter& wanted,
                     FetchedRepository& repository);

/// /etc/zypp/locks below `root`; what can't be read is a warning.
void read_locks(const std::filesystem::path& root, Snapshot& snapshot);

}  // namespace patchstate::zypper
