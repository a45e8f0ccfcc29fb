// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_cache.h"

#include <algorithm>
#include <system_error>

#include <fmt/core.h>

#include "collectors/rpm/compressed_file.h"
#include "collectors/rpm/repomd_output.h"
#include "collectors/rpm/updateinfo_file.h"
#include "collectors/zypper/zypper_told_advisories.h"
#include "platform/files.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestRepomd = 4U << 20U;
constexpr std::size_t kLargestLocks = 4U << 20U;

/// A file is named in repomd.xml, and its name must not lead out of the folder.
bool is_inside(const std::string& location) {
  return !location.empty() && location.front() != '/' && location.find("..") == std::string::npos;
}

bool is_read_alike(const fs::path& updateinfo) {
  ReadAlike check;
  const auto rest = rpm::read_compressed(updateinfo, rpm::kLargestUpdateinfo,
                                         [&](std::string_view piece) { return check.take(piece); });
  return rest && check.ends(*rest);
}

/// As libzypp has it: suseinfo.xml's span, from the newest of repomd.xml's files on.
std::optional<Time> expiry_of(const fs::path& folder, const rpm::Repomd& repomd) {
  const auto* const suseinfo = rpm::file_of_type(repomd, "suseinfo");
  std::error_code error;
  if (suseinfo == nullptr || !is_inside(suseinfo->location) || !fs::exists(folder / suseinfo->location, error))
    return std::nullopt;
  std::optional<Time> made;
  for (const auto& file : repomd.files)
    if (file.timestamp && (!made || *made < *file.timestamp)) made = file.timestamp;
  const auto span = rpm::parse_expiry(rpm::read_compressed(folder / suseinfo->location, kLargestRepomd));
  return made && span ? std::optional(*made + *span) : std::nullopt;
}

void forget_advisories(FetchedRepository& repository) {
  repository.advisories.clear();
  repository.names_security = false;
  repository.tells_security = false;
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
    one.expires_at = expiry_of(folder, repomd);
    if (const auto* const updateinfo = rpm::file_of_type(repomd, "updateinfo")) {
      one.has_updateinfo = true;
      one.updateinfo = updateinfo->location;
    }
  } catch (const std::system_error& error) {
    one.reading = FetchedRepository::Reading::unreadable;
    one.problem = error.what();
  }
  return one;
}

void read_advisories(const fs::path& root, const rpm::AdvisoryFilter& wanted, FetchedRepository& repository) {
  if (!repository.has_updateinfo) return forget_advisories(repository);
  if (!is_inside(repository.updateinfo)) {
    forget_advisories(repository);
    repository.problem = "repomd.xml names a file outside the repository";
    return;
  }
  const fs::path file = fetched_folder(root, "/var/cache/zypp/raw", repository.config.id) / repository.updateinfo;
  try {
    repository.tells_security = rpm::names_security(file);
    if (repository.is_told && is_read_alike(file)) return;
    auto read = rpm::read_updateinfo(file, wanted);
    repository.advisories = std::move(read.advisories);
    repository.names_security = read.names_security;
    if (read.problem)
      repository.problem = *read.problem;
    else if (!read.not_understood.empty())
      repository.problem = read.not_understood.front();
  } catch (const std::system_error& error) {
    forget_advisories(repository);
    repository.problem = error.what();
  }
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
