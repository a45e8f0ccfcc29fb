// SPDX-License-Identifier: Apache-2.0
// What repositories are configured: *.repo files, as dnf, yum, tdnf and zypper share them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate::rpm {

/// One section of a .repo file. Variables ($releasever, $basearch) stand as they are written.
struct ConfiguredRepo {
  std::string id;
  std::string name;
  bool enabled = true;                 ///< that is so where the file does not say
  std::vector<std::string> base_urls;  ///< credentials masked, like the next two
  std::string metalink;
  std::string mirrorlist;
  std::optional<int> priority;
  std::string excludes;  ///< of this repository alone, as written ("excludepkgs" or "exclude")
  std::string includes;  ///< "includepkgs"
  bool skip_if_unavailable = false;
  std::string type;  ///< zypp: "rpm-md", "plaindir"; mostly empty
  std::string file;  ///< where it is written
};

struct RepoFiles {
  std::vector<ConfiguredRepo> repositories;
  std::vector<std::string> not_understood;  ///< "FILE line 3: TEXT"
  std::vector<Warning> warnings;            ///< source_unreadable: a file that could not be read
};

/// One .repo file. Total; `file` is only named.
void parse_repo_file(std::string_view text, const std::string& file, RepoFiles& into);

/// All *.repo files of these folders below `root`, in the order of their names. A folder that is not there has none;
/// what can't be read is a warning (incomplete).
RepoFiles read_repo_files(const std::filesystem::path& root, const std::vector<std::string>& folders);
/// Where yum, dnf and dnf5 look unless `reposdir` says otherwise (dnf.conf(5)), and where zypper does.
const std::vector<std::string>& dnf_repo_folders();
const std::vector<std::string>& zypp_repo_folders();

}  // namespace patchstate::rpm
