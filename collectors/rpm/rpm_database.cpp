// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/rpm_database.h"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>

#include <fmt/core.h>

#include "platform/files.h"
#include "platform/hash.h"

namespace patchstate::rpm {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

/// Where rpm keeps it: since Fedora 36, on openSUSE and SLE 15 SP4; before. The newer one first: the other is a link to
/// it then, or what an upgrade left behind.
constexpr std::array kFolders = {"/usr/lib/sysimage/rpm"sv, "/var/lib/rpm"sv};

struct MainFile {
  std::string_view name;
  DatabaseFormat format;
  std::size_t magic_at;
  std::string_view magic;
};
constexpr std::array kMainFiles = {MainFile{"rpmdb.sqlite"sv, DatabaseFormat::sqlite, 0, "SQLite format 3\0"sv},
                                   MainFile{"Packages.db"sv, DatabaseFormat::ndb, 0, "RpmP"sv},
                                   // A Berkeley hash, little or big endian (magic(5)).
                                   MainFile{"Packages"sv, DatabaseFormat::bdb, 12, "\x61\x15\x06\x00"sv}};
constexpr std::string_view kBigEndianHash = "\x00\x06\x15\x61"sv;

/// The folder as the system below `root` sees it: /var/lib/rpm is an absolute link on some.
std::optional<fs::path> folder_in(const fs::path& root, std::string_view folder) {
  try {
    return resolve_in_root(root, folder);
  } catch (const std::system_error&) {
    return std::nullopt;  // links in a circle
  }
}

void look_at(const MainFile& main_file, RpmDatabase& database) {
  database.format = main_file.format;
  try {
    const std::string head = read_head(database.file, 16);
    database.empty = head.empty();
    const auto magic = std::string_view(head).substr(std::min(main_file.magic_at, head.size()));
    const bool right =
        magic.starts_with(main_file.magic) || (main_file.format == DatabaseFormat::bdb && magic == kBigEndianHash);
    if (database.empty)
      database.problem = fmt::format(
          "the rpm database {} is empty: restore it from a backup, or from what the package tool keeps of it",
          database.file.string());
    else if (!right)
      database.problem = fmt::format("{} is no rpm database of the format its name says ({}): restore it",
                                     database.file.string(), to_text(main_file.format));
    if (!database.empty && !right) database.format = DatabaseFormat::unknown;
  } catch (const std::system_error& error) {
    database.problem = fmt::format("the rpm database can't be read: {}", error.what());
  }
}

}  // namespace

std::string_view to_text(DatabaseFormat format) {
  switch (format) {
    case DatabaseFormat::none:
      return "none";
    case DatabaseFormat::sqlite:
      return "sqlite";
    case DatabaseFormat::ndb:
      return "ndb";
    case DatabaseFormat::bdb:
      return "bdb";
    case DatabaseFormat::unknown:
      break;
  }
  return "unknown";
}

RpmDatabase find_rpm_database(const fs::path& root) {
  RpmDatabase first;
  for (const auto folder : kFolders) {
    const auto there = folder_in(root, folder);
    if (!there) continue;
    for (const auto& main_file : kMainFiles) {
      if (stamp(*there / main_file.name).size < 0) continue;
      RpmDatabase database;
      database.folder = folder;
      database.file = *there / main_file.name;
      look_at(main_file, database);
      // A query of root's leaves an empty one where none was.
      if (database.problem.empty()) return database;
      if (first.format == DatabaseFormat::none) first = std::move(database);
    }
  }
  return first;
}

std::string stamp_rpm_database(const fs::path& root) {
  std::string text;
  for (const auto folder : kFolders) {
    const auto there = folder_in(root, folder);
    if (!there) continue;
    // A change of sqlite's stands in its journal first.
    for (const auto name : {"rpmdb.sqlite"sv, "rpmdb.sqlite-wal"sv, "Packages.db"sv, "Packages"sv}) {
      const FileStamp one = stamp(*there / name);
      if (one.size < 0) continue;
      text += fmt::format("{}/{} {} {} {}\n", folder, name, one.inode, one.size, one.mtime_ns);
    }
  }
  return text;
}

std::string hash_repomd_files(const fs::path& root, std::string_view folder) {
  constexpr std::size_t kLargest = 4U << 20U;
  constexpr std::size_t kMostFolders = 10'000;
  const auto there = folder_in(root, folder);
  if (!there) return {};
  std::error_code error;
  std::set<std::string> names;
  for (fs::directory_iterator entry(*there, error), end; !error && entry != end && names.size() < kMostFolders;
       entry.increment(error))
    names.insert(entry->path().filename().string());
  std::string text;
  if (error && error != std::errc::no_such_file_or_directory) text = fmt::format("{}: {}\n", folder, error.message());
  for (const auto& name : names)
    for (const char* const file : {"repomd.xml", "repodata/repomd.xml"}) {
      try {
        if (const auto content = read_file_if_there(*there / name / file, kLargest))
          text += fmt::format("{}/{} {}\n", name, file, sha256_hex(*content));
      } catch (const std::system_error& unreadable) {
        text += fmt::format("{}/{} {}\n", name, file, unreadable.code().message());
      }
    }
  return text;
}

std::vector<fs::path> rpm_watched_paths() {
  return {kFolders.begin(), kFolders.end()};
}

}  // namespace patchstate::rpm
