// SPDX-License-Identifier: Apache-2.0
// The database of installed rpm packages below a root.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/rpm/rpm_list_output.h"

namespace patchstate::rpm {

enum class DatabaseFormat { none, unknown, sqlite, ndb, bdb };
std::string_view to_text(DatabaseFormat format);

struct RpmDatabase {
  DatabaseFormat format = DatabaseFormat::none;  ///< none: there is no database
  std::string folder;                            ///< in the root: "/usr/lib/sysimage/rpm", "/var/lib/rpm"
  std::filesystem::path file;                    ///< on this machine, of the main file
  bool empty = false;                            ///< no byte in it: nothing was ever installed, or it was lost
  std::string problem;                           ///< why it can't be read or is no database, with what to do; or empty
};

/// Looks, without opening it through rpm: which of the folders rpm uses has a database, of which format by its first
/// bytes. Never throws.
RpmDatabase find_rpm_database(const std::filesystem::path& root);

/// Stamps of all files a change of which changes what is installed (linux.md §5: inode, size, mtime; no ctime, no -shm,
/// no .rpm.lock). Never throws.
std::string stamp_rpm_database(const std::filesystem::path& root);
/// Hashes of the content of every FOLDER/*/repomd.xml and FOLDER/*/repodata/repomd.xml below `root`: tools touch
/// unchanged ones. Never throws; one that can't be read is a line that says so.
std::string hash_repomd_files(const std::filesystem::path& root, std::string_view folder);
/// Where a change of the database shows, in the running system.
std::vector<std::filesystem::path> rpm_watched_paths();

/// `rpm --root ROOT --dbpath FOLDER` for a query: argv to be continued, environment, deadline, cap.
Command rpm_query(const std::filesystem::path& root, const RpmDatabase& database);

/// All installed packages. Throws CollectorError: no database, one that is empty, locked, damaged or of a format this
/// rpm can't read (classify_rpm_failure), rpm missing, late or with lines that can't be understood. Never an empty
/// list.
std::vector<InstalledPackage> installed_packages(const HostAccess& access);
/// Only those of these names; one that is not installed is not in the list, which may be empty. Throws like the other.
std::vector<InstalledPackage> installed_packages(const HostAccess& access, const std::vector<std::string>& names,
                                                 std::chrono::milliseconds deadline = std::chrono::seconds{60});

struct RpmTrouble {
  FailureKind kind = FailureKind::tool_failed;
  std::string code;     ///< rpmdb_damaged, rpmdb_locked, rpmdb_format, rpmdb_missing, rpmdb_unreadable
  std::string message;  ///< what it is and what to do
};
/// Trouble of the rpm database in what rpm, dnf, yum or zypper wrote to stderr (edges 20-38); nullopt: none of it.
std::optional<RpmTrouble> classify_rpm_failure(std::string_view stderr_text);

}  // namespace patchstate::rpm
