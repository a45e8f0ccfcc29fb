// SPDX-License-Identifier: Apache-2.0
// The rpm database and dnf5's repositories as libdnf5 has parsed them, in one libsolv pool.
#pragma once

#include <string>
#include <vector>

#include "collectors/rpm/solv_probe_pool.h"

namespace patchstate::dnf {

/// An enabled repository, and its folder below the root: "/var/cache/libdnf5/updates-0123456789abcdef".
struct ProbedRepository {
  std::string id;
  std::string cache;
};

struct LoadedPool {
  rpm::PoolOwner pool;  ///< ready to be solved; empty: `stale`
  std::string stale;    ///< why dnf5 would build a cache anew, or why something can't be read; else empty
};

/// The parsed copies of packages and advisories, each of them only where libdnf5 would take it as it is: made by this
/// parser from the repomd.xml that is there (libdnf5's solv_repo.cpp).
LoadedPool load_pool(const std::string& root, const std::vector<ProbedRepository>& repositories);

}  // namespace patchstate::dnf
