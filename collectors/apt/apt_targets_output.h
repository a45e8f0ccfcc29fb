// SPDX-License-Identifier: Apache-2.0
// What `apt-get indextargets` prints: which indexes sources.list asks for, and which of them are there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/apt/apt_snapshot.h"

namespace patchstate::apt {

/// One Packages index.
struct IndexTarget {
  std::string repository_uri;
  std::string suite;      ///< as in sources.list: "bookworm", or "./" of a flat repository
  std::string component;  ///< empty in a flat repository
  std::string arch;
  std::string meta_key;  ///< path of the index in the repository: "main/binary-amd64/Packages"
  std::string filename;  ///< of the index in the lists folder
  PackageFile file;      ///< the fields of its Release file are empty unless apt was asked for them
};

struct IndexTargets {
  std::vector<IndexTarget> targets;
  std::vector<std::string> not_understood;
};

/// For --format: fields by tabs, one line for each target.
std::string index_targets_format();
IndexTargets parse_index_targets(std::string_view text);

/// "http://deb.example.org/debian bookworm/main" of "http://deb.example.org/debian bookworm/main amd64 Packages".
std::string repository_of(std::string_view description);

/// What the names of all files of one suite in the lists folder begin with:
/// "/var/lib/apt/lists/deb.example.org_debian_dists_ bookworm_" of the index "main/binary-amd64/Packages" of it.
std::string release_prefix(const IndexTarget& target);

}  // namespace patchstate::apt
