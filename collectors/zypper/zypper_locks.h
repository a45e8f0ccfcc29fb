// SPDX-License-Identifier: Apache-2.0
// /etc/zypp/locks: what `zypper addlock` keeps from being changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchstate::zypper {

enum class Match { exact, glob, other };

struct Lock {
  std::string type;  ///< package, patch, …; empty: package
  std::string name;  ///< as written, after `match`
  Match match = Match::glob;
  bool case_sensitive = true;
  bool has_conditions = false;  ///< it names a version, architecture or repository too
};

struct Locks {
  std::vector<Lock> locks;
  std::vector<std::string> not_understood;
};

/// Total.
Locks parse_locks(std::string_view text);

/// By its name alone; a lock by regular expression, or by anything else than a name, matches nothing.
bool matches(const Lock& lock, std::string_view package);

}  // namespace patchstate::zypper
