// SPDX-License-Identifier: Apache-2.0
// The system's packages and zypper's repositories as libzypp has parsed them, in one libsolv pool.
#pragma once

#include <string>
#include <vector>

#include "collectors/rpm/solv_probe_pool.h"

namespace patchstate::zypper {

using rpm::IdQueue;
using rpm::PoolOwner;

/// An enabled repository: its alias, and the file below the root that configures it.
struct ProbedRepository {
  std::string alias;
  std::string file;
};

struct LoadedPool {
  PoolOwner pool;     ///< ready to be solved; empty: `stale`
  std::string stale;  ///< why zypper would build a cache anew, or why one can't be read; else empty
};

/// The caches below `root` (/var/cache/zypp/solv), each of them only where zypper would take it as it is.
LoadedPool load_pool(const std::string& root, const std::vector<ProbedRepository>& repositories);

}  // namespace patchstate::zypper
