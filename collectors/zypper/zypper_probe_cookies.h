// SPDX-License-Identifier: Apache-2.0
// Whether zypper's parsed caches are those of what is there now, as libzypp finds out (RepoStatus.cc of libzypp: beside
// each cache lies a cookie with a checksum of what the cache was made from).
#pragma once

#include <string>

#include "collectors/zypper/zypper_probe_pool.h"

namespace patchstate::zypper {

/// @System: of the rpm database, which libsolv looks at as it does for libzypp, and of the folder of products.
bool is_system_current(Pool* pool, const std::string& root);

/// Of repomd.xml and the repository's address. An address with variables beside $releasever, $basearch and $arch is not
/// known here, so that repository never counts as current.
bool is_repository_current(Pool* pool, const std::string& root, const ProbedRepository& repository);

/// Folder of a repository's parsed cache below `root`; `alias` "@System" is what is installed.
std::string cache_folder(const std::string& root, const std::string& alias);

}  // namespace patchstate::zypper
