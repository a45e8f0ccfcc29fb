// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_cache.h"

#include <algorithm>
#include <system_error>

#include <fmt/core.h>

#include "collectors/rpm/compressed_file.h"
#include "collectors/rpm/repomd_output.h"
#include "collectors/rpm/updateinfo_output.h"
#include "platform/files.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestRepomd = 4U << 20U;
constexpr std::size_t kLargestLocks = 4U << 20U;

/// A file is named in repomd.xml, and its name must not lead out of the folder.
bool is_plain(const std::string& location) {
  return !location.empty() && location.front() != '/' && location.find("..") == std::string::npos;
}

/// Where there is none, there are no advisories; what is only damaged costs those that can't be read.
void read_advisories(const fs::path& folder, const rpm::Repomd& repomd, FetchedRepository& into) {
  const auto* const file = rpm::file_of_type(repomd, "updateinfo");
  if (file == nullptr) return;
  into.has_updateinfo = true;
  if (!is_plain(file->location)) {
    into.problem = "repomd.xml names a file outside the repository";
    return;
  }
  try {
    auto read = rpm::parse_updateinfo(rpm::read_compressed(folder / file->location, rpm::kLargestUpdateinfo));
    into.advisories = std::move(read.advisories);
    if (read.problem)
      into.problem = *read.problem;
    else if (!read.not_understood.empty())
      into.problem = read.not_understood.front();
  } catch (const std::system_error& error) {
    into.problem = error.what();
  }
}

}  // namespace

fs::path fetched_folder(const fs::path& root, const char* folder, std::string alias) {
  std::replace(alias.begin(), alias.end(), '/', '_');
  return below(root, folder) / alias;
}

FetchedRepository read_fetched(const fs::path& root, const rpm::ConfiguredRepo& config) {
  FetchedRepository one;
  one.config = config;
  const fs::path folder = fetched_folder(root, "/var/cache/zypp/raw", config.id);
  try {
    const fs::path file = folder / "repodata/repomd.xml";
    const auto text = read_file_if_there(file, kLargestRepomd);
    if (!text) {
      // A folder of packages without metadata (type plaindir) leaves only this behind.
      const auto times = file_times(folder / "cookie");
      if (!times) return one;
      one.reading = FetchedRepository::Reading::ok;
      one.checked_at = times->modified;
      return one;
    }
    const rpm::Repomd repomd = rpm::parse_repomd(*text);
    one.reading = FetchedRepository::Reading::ok;
    if (const auto times = file_times(file)) one.checked_at = times->modified;
    one.published_at = repomd.published;
    if (repomd.problem) {
      one.reading = FetchedRepository::Reading::unreadable;
      one.problem = "repomd.xml is " + *repomd.problem;
    }
    read_advisories(folder, repomd, one);
  } catch (const std::system_error& error) {
    one.reading = FetchedRepository::Reading::unreadable;
    one.problem = error.what();
  }
  return one;
}

void read_locks(const fs::path& root, Snapshot& snapshot) {
  try {
    const auto text = read_file_if_there(below(root, "/etc/zypp/locks"), kLargestLocks);
    Locks read = parse_locks(text.value_or(""));
    snapshot.locks = std::move(read.locks);
    for (const auto& line : read.not_understood)
      snapshot.messages.push_back({MessageKind::warning, "/etc/zypp/locks has a line that is not understood: " + line});
  } catch (const std::system_error& error) {
    // It only explains why something is not offered.
    snapshot.messages.push_back({MessageKind::warning, fmt::format("the locks can't be read: {}", error.what())});
  }
}

}  // namespace patchstate::zypper
