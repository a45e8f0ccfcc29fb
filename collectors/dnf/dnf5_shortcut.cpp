// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5_shortcut.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>

#include "collectors/dnf/dnf5_fast_path.h"
#include "collectors/dnf/dnf_cache.h"
#include "collectors/rpm/repo_files.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate::dnf {
namespace {

namespace fs = std::filesystem;

/// 0.1 s with 20,000 packages and 5,000 advisories; where it takes longer, dnf5 is no worse.
constexpr auto kDeadline = std::chrono::seconds{30};
constexpr std::size_t kLargestConfig = 4U << 20U;

/// Folders of files with settings, and those in which any file changes what is asked: repositories by another way,
/// programs run at each step (the actions plugin), module streams.
constexpr std::array kSettingFolders = {"/etc/dnf/libdnf5.conf.d", "/usr/share/dnf5/libdnf.conf.d"};
constexpr std::array kToBeEmpty = {"/etc/dnf/repos.override.d", "/usr/share/dnf5/repos.override.d",
                                   "/etc/dnf/libdnf5-plugins/actions.d", "/etc/dnf/modules.d"};
constexpr const char* kPlugins = "/etc/dnf/libdnf5-plugins";
/// They change no list of packages; a repository of the last one is seen as it is of none of the .repo files.
constexpr std::array kHarmlessPlugins = {"00-systemd-inhibit.conf", "systemd-inhibit.conf",  "actions.conf",
                                         "appstream.conf",          "expired-pgp-keys.conf", "local.conf"};

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error && error != std::errc::no_such_file_or_directory)
    throw std::system_error(error, "cannot look into " + folder.string());
  for (; !error && entry != fs::directory_iterator(); entry.increment(error))
    if (!entry->is_directory(error)) files.push_back(entry->path());
  if (error && error != std::errc::no_such_file_or_directory)
    throw std::system_error(error, "cannot look into " + folder.string());
  return files;
}

bool is_usual(const fs::path& file) {
  return unusual_settings(read_file_if_there(file, kLargestConfig).value_or("")).empty();
}

bool is_harmless_plugin(const fs::path& file) {
  return std::find(kHarmlessPlugins.begin(), kHarmlessPlugins.end(), file.filename().string()) !=
         kHarmlessPlugins.end();
}

/// Of the system asked about, or of the one that dnf5 runs on: some of it is read there also for another root.
bool is_plain(const fs::path& system) {
  if (!is_usual(below(system, "/etc/dnf/dnf.conf"))) return false;
  for (const char* const folder : kSettingFolders)
    for (const auto& file : files_in(below(system, folder)))
      if (!is_usual(file)) return false;
  for (const char* const folder : kToBeEmpty)
    if (!files_in(below(system, folder)).empty()) return false;
  const auto plugins = files_in(below(system, kPlugins));
  return std::all_of(plugins.begin(), plugins.end(), is_harmless_plugin);
}

/// The enabled ones, of which everything is known that dnf5 would say; empty: not of all.
std::vector<Repository> plain_repositories(const fs::path& root, const std::string& cache) {
  const auto configured = rpm::read_repo_files(root, rpm::dnf_repo_folders());
  if (!configured.warnings.empty() || !configured.not_understood.empty()) return {};
  for (const auto& folder : rpm::dnf_repo_folders())
    for (const auto& file : files_in(below(root, folder)))
      if (file.extension() == ".repo" && !is_usual(file)) return {};
  std::set<std::string> ids;
  for (const auto& one : configured.repositories)
    if (!ids.insert(one.id).second) return {};
  std::vector<Repository> all = enabled_repositories(configured);
  std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) { return one.id < other.id; });  // as dnf5
  for (auto& one : all) {
    complete_from_cache(root, cache, one);
    if (!one.loaded || !one.cached || one.has_modules || one.cache.empty()) return {};
  }
  return all;
}

Command probe_command(const HostAccess& access, const fs::path& probe, const std::vector<Repository>& repositories) {
  Command command;
  command.argv = {probe.string(), "--dnf5", "--root", access.root.string()};
  for (const auto& one : repositories) command.argv.insert(command.argv.end(), {"--repository", one.id, one.cache});
  command.deadline = kDeadline;
  command.memory_cap = PATCHSTATE_PROBE_MEMORY_CAP;
  return command;
}

}  // namespace

bool ask_probe(const HostAccess& access, const std::string& cache, const PackageList& upgrades, Snapshot& snapshot) {
  const fs::path probe = probe_program("patchstate-solv-probe");
  if (probe.empty()) return false;
  try {
    if (!is_plain(access.root) || (access.root != "/" && !is_plain("/"))) return false;
    auto repositories = plain_repositories(access.root, cache);
    if (repositories.empty()) return false;
    const ProcessResult result = access.runner.run(probe_command(access, probe, repositories));
    if (!result.ok()) return false;
    Dnf5ProbeAnswer answer = parse_dnf5_probe(result.out);
    if (!needs_dnf5(answer, upgrades).empty()) return false;
    take(std::move(answer), snapshot);
    snapshot.repositories = std::move(repositories);
    return true;
  } catch (const CollectorError&) {
  } catch (const std::system_error&) {
  }
  return false;  // dnf5 answers, or says itself what is wrong
}

}  // namespace patchstate::dnf
