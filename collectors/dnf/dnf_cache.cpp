// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_cache.h"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"
#include "collectors/dnf/dnf_lines.h"
#include "collectors/rpm/repomd_output.h"
#include "collectors/rpm/updateinfo_file.h"
#include "platform/files.h"

namespace patchstate::dnf {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestRepomd = 1U << 20U;
constexpr std::size_t kLargestConfig = 1U << 20U;
constexpr std::string_view kYumCache = "/var/cache/yum";

bool is_hash(std::string_view text) {
  return (text.size() == 16 || text.size() == 8) &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

struct CacheFolder {
  fs::path folder;
  fs::path repomd;
  std::chrono::sys_seconds fetched{};
  int count = 0;  ///< folders that are its, this one among them
};

bool is_folder_of(const std::string& id, const std::string& name) {
  return name == id || (name.starts_with(id + "-") && is_hash(name.substr(id.size() + 1)));
}

/// Looks `depth` folders deep: yum's are ARCH/RELEASE/ID, with the metadata in the folder itself. Of several (an
/// address has changed) the one that was fetched last is it.
void look_for(const std::string& id, const fs::path& cache, int depth, CacheFolder& best) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(cache, error)) {
    if (!entry.is_directory(error)) continue;
    if (!is_folder_of(id, entry.path().filename().string())) {
      if (depth > 0) look_for(id, entry.path(), depth - 1, best);
      continue;
    }
    for (const char* const place : {"repodata/repomd.xml", "repomd.xml"}) {
      const auto times = file_times(entry.path() / place);
      if (!times) continue;
      ++best.count;
      if (!best.folder.empty() && times->modified <= best.fetched) continue;
      best = {entry.path(), entry.path() / place, times->modified, best.count};
    }
  }
}

CacheFolder folder_of(const fs::path& root, const std::string& folder, const std::string& id) {
  CacheFolder best;
  look_for(id, below(root, folder), folder == kYumCache ? 2 : 0, best);
  return best;
}

/// Where it says its file is, but never outside of its own folder: metadata come from outside.
fs::path file_in(const CacheFolder& own, const rpm::RepomdFile& file) {
  fs::path inside = fs::path(file.location).lexically_normal().relative_path();
  if (own.repomd.parent_path() == own.folder) inside = inside.filename();
  return inside.empty() || *inside.begin() == ".." ? own.folder / "nonexistent" : own.folder / inside;
}

/// It names a file that is there, and one of the advisories in it is about security. dnf keeps a parsed copy, without
/// which the list of advisories is lost with the file.
bool has_advisories(const CacheFolder& own, const rpm::Repomd& repomd) {
  const auto* const file = rpm::file_of_type(repomd, "updateinfo");
  std::error_code error;
  return file != nullptr && fs::exists(file_in(own, *file), error) && rpm::names_security(file_in(own, *file));
}

/// Where a check finds nothing new, repomd.xml stays as it is: dnf and dnf5 touch the list of packages then, yum its
/// cookie.
Time last_check(const CacheFolder& own, const rpm::Repomd& repomd) {
  Time last = own.fetched;
  const auto* const primary = rpm::file_of_type(repomd, "primary");
  for (const fs::path& touched : {primary == nullptr ? own.repomd : file_in(own, *primary), own.folder / "cachecookie"})
    if (const auto times = file_times(touched)) last = std::max(last, Time(times->modified));
  return last;
}

bool hides_packages_by(const fs::path& file) {
  bool hides = false;
  try {
    for_each_line(read_file_if_there(file, kLargestConfig).value_or(""), [&](std::string_view raw) {
      const std::string line = lower(raw);
      for (const char* const word : {"excludepkgs", "exclude", "includepkgs"}) {
        if (!line.starts_with(word)) continue;
        const auto rest = line.find_first_not_of(" \t", std::string_view(word).size());
        hides = hides || (rest != std::string::npos && line[rest] == '=');
      }
    });
  } catch (const std::system_error&) {
    return true;
  }
  return hides;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    files.push_back(entry->path());
  return files;
}

}  // namespace

// 0:bash-4.2.46-33.el7.*
// !1:openssl-1.0.2k-26.el7_9.*
bool has_yum_locks(const fs::path& root) {
  bool has_some = false;
  try {
    const auto list = read_file_if_there(below(root, "/etc/yum/pluginconf.d/versionlock.list"), kLargestConfig);
    for_each_line(list.value_or(""), [&](std::string_view line) {
      const auto words = words_of(line);
      has_some = has_some || (!words.empty() && words[0].front() != '#');
    });
  } catch (const std::system_error&) {
    return true;
  }
  return has_some;
}

void complete_from_cache(const fs::path& root, const std::string& folder, Repository& repository) {
  const CacheFolder own = folder_of(root, folder, repository.id);
  repository.cached = !own.folder.empty();
  if (!repository.cached) {
    repository.loaded = false;
    return;
  }
  try {
    const rpm::Repomd repomd = rpm::parse_repomd(read_file(own.repomd, kLargestRepomd));
    if (repomd.problem) {
      repository.loaded = false;
      repository.problem = "repomd.xml is " + *repomd.problem;
      return;
    }
    if (!repository.checked && repository.loaded) repository.checked = last_check(own, repomd);
    if (!repository.published) repository.published = repomd.published;
    if (repository.revision.empty()) repository.revision = repomd.revision;
    repository.advisories = has_advisories(own, repomd);
    repository.has_modules = rpm::file_of_type(repomd, "modules") != nullptr;
    if (own.count == 1) repository.cache = folder + "/" + own.folder.filename().string();
  } catch (const std::system_error& error) {
    repository.loaded = false;
    repository.problem = clean_text(error.what(), 300);
  }
}

std::vector<rpm::RpmAdvisory> cached_advisories(const fs::path& root, const std::string& folder,
                                                const std::string& repository, const std::set<std::string>& names) {
  const CacheFolder own = folder_of(root, folder, repository);
  if (own.folder.empty()) return {};
  std::vector<rpm::RpmAdvisory> all;
  try {
    const rpm::Repomd repomd = rpm::parse_repomd(read_file(own.repomd, kLargestRepomd));
    const auto* const file = rpm::file_of_type(repomd, "updateinfo");
    if (file == nullptr) return {};
    const fs::path path = file_in(own, *file);
    // yum fetches it when somebody asks for advisories.
    if (std::error_code error; !fs::exists(path, error)) return {};
    rpm::AdvisoryFilter wanted;
    for (const auto& name : names) wanted.packages.try_emplace(name);
    rpm::Updateinfo updateinfo = rpm::read_updateinfo(path, wanted);
    if (updateinfo.problem)
      throw CollectorError(FailureKind::unparseable,
                           path.string() + " is " + *updateinfo.problem + ": run `dnf makecache`");
    all = std::move(updateinfo.advisories);
  } catch (const std::system_error& error) {
    throw CollectorError(FailureKind::tool_failed,
                         std::string("the advisories in the cache can't be read: ") + clean_text(error.what(), 300));
  }
  return all;
}

void add_cached_advisories(const fs::path& root, const std::string& folder, Snapshot& snapshot) {
  std::set<std::string> names;
  for (const auto& one : snapshot.candidates) names.insert(one.package.name);
  for (const auto& one : snapshot.kernels) names.insert(one.package.name);
  if (names.empty()) return;
  for (const auto& repository : snapshot.repositories)
    for (auto& one : cached_advisories(root, folder, repository.id, names))
      snapshot.advisories.push_back(std::move(one));
  snapshot.advisories = rpm::merge_by_id(std::move(snapshot.advisories));
}

rpm::RepoFiles read_repo_files(const fs::path& root, Snapshot& snapshot) {
  rpm::RepoFiles files = rpm::read_repo_files(root, rpm::dnf_repo_folders());
  snapshot.warnings.insert(snapshot.warnings.end(), files.warnings.begin(), files.warnings.end());
  return files;
}

rpm::RepoFiles read_every_line_of_repo_files(const fs::path& root, Snapshot& snapshot) {
  rpm::RepoFiles files = read_repo_files(root, snapshot);
  for (const auto& line : files.not_understood)
    snapshot.warnings.push_back(
        {"not_understood",
         fmt::format("a line of a .repo file is not understood, so updates of a repository may be missing: {}", line),
         "", true});
  return files;
}

std::vector<Repository> enabled_repositories(const rpm::RepoFiles& files) {
  std::vector<Repository> all;
  for (const auto& one : files.repositories) {
    if (!one.enabled) continue;
    Repository repository;
    repository.id = one.id;
    repository.name = one.name;
    repository.loaded = true;
    all.push_back(std::move(repository));
  }
  return all;
}

bool hides_packages(const fs::path& root, const rpm::RepoFiles& files) {
  for (const char* const path : {"/etc/dnf/dnf.conf", "/etc/yum.conf", "/etc/tdnf/tdnf.conf"})
    if (hides_packages_by(below(root, path))) return true;
  for (const auto& file : files_in(below(root, "/etc/dnf/libdnf5.conf.d")))
    if (hides_packages_by(file)) return true;
  const auto& repositories = files.repositories;
  return std::any_of(repositories.begin(), repositories.end(),
                     [](const auto& one) { return !one.excludes.empty() || !one.includes.empty(); }) ||
         has_yum_locks(root) || !files_in(below(root, "/etc/tdnf/locks.d")).empty();
}

}  // namespace patchstate::dnf
