// SPDX-License-Identifier: Apache-2.0
// What lies in the cache of dnf, tdnf or yum beside what they say of it.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "collectors/dnf/dnf_snapshot.h"
#include "collectors/rpm/repo_files.h"

namespace patchstate::dnf {

/// Fills what a repository lacks from FOLDER/ID-HASH/repodata/repomd.xml (dnf, dnf5, tdnf) or
/// FOLDER/ARCH/RELEASE/ID/repomd.xml (yum) below `root`: whether it was fetched and when, its own time, whether it
/// publishes advisories and modules, and where that lies. A file that can't be read is a problem of that repository,
/// and it counts as not loaded.
void complete_from_cache(const std::filesystem::path& root, const std::string& folder, Repository& repository);

/// Advisories of the repository's cached updateinfo that name one of these packages, with only those of their packages.
/// What the tool itself does not tell: of packages that replace others, that change their architecture, that are
/// hidden. Throws CollectorError where there is such a file and it can't be read whole.
std::vector<rpm::RpmAdvisory> cached_advisories(const std::filesystem::path& root, const std::string& folder,
                                                const std::string& repository, const std::set<std::string>& names);

/// Those of every repository that name a candidate, or a kernel (an older one may run), beside what the snapshot has
/// already, each once.
void add_cached_advisories(const std::filesystem::path& root, const std::string& folder, Snapshot& snapshot);

/// The enabled ones of them, for a tool that does not list them.
std::vector<Repository> enabled_repositories(const rpm::RepoFiles& files);

/// The .repo files below `root`. Those that this user can't read are warnings of the snapshot: tools pass them over
/// without a word.
rpm::RepoFiles read_repo_files(const std::filesystem::path& root, Snapshot& snapshot);

/// The same for a tool that does not say what it can't make out in them: lines that are not understood are warnings
/// too.
rpm::RepoFiles read_every_line_of_repo_files(const std::filesystem::path& root, Snapshot& snapshot);

/// Whether the list of yum's plugin versionlock names something, or can't be read.
bool has_yum_locks(const std::filesystem::path& root);

/// Whether packages may be hidden: the configuration of a tool or a .repo file has a line that does (excludepkgs,
/// exclude, includepkgs), yum or tdnf has a list of locks, or one of these files can't be read.
bool hides_packages(const std::filesystem::path& root, const rpm::RepoFiles& files);

}  // namespace patchstate::dnf
