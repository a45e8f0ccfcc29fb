// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_surroundings.h"

#include <array>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/host/os_release.h"
#include "collectors/rpm/rpm_database.h"
#include "platform/files.h"
#include "platform/machine.h"

namespace patchstate::dnf {
namespace {

namespace fs = std::filesystem;

/// Configuration: all files of these folders count.
constexpr std::array kFolders = {"/etc/dnf",
                                 "/etc/dnf/dnf.conf.d",
                                 "/etc/dnf/libdnf5.conf.d",
                                 "/etc/dnf/vars",
                                 "/etc/dnf/modules.d",
                                 "/etc/dnf/plugins",
                                 "/etc/dnf/repos.override.d",
                                 "/etc/yum.repos.d",
                                 "/etc/distro.repos.d",
                                 "/etc/yum",
                                 "/etc/yum/vars",
                                 "/etc/yum/pluginconf.d",
                                 "/etc/tdnf",
                                 "/etc/tdnf/vars",
                                 "/etc/tdnf/locks.d"};
/// Metadata as the tools fetched them, each repository's in a folder.
constexpr std::array kCaches = {"/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf", "/var/cache/yum"};
constexpr std::string_view kYumCache = kCaches.back();

void add_folders_in(const fs::path& root, const std::string& folder, std::vector<std::string>& all) {
  std::set<std::string> names;  // in order
  std::error_code error;
  for (fs::directory_iterator entry(below(root, folder), error), end; !error && entry != end; entry.increment(error))
    if (entry->is_directory(error)) names.insert(entry->path().filename().string());
  for (const auto& name : names) all.push_back(folder + "/" + name);
}

/// Where folders of repositories are: yum's are ARCH/RELEASE/ID, or just ID before RHEL 6.
std::vector<std::string> cache_folders(const fs::path& root) {
  std::vector<std::string> folders(kCaches.begin(), kCaches.end());
  std::vector<std::string> architectures;
  add_folders_in(root, std::string(kYumCache), architectures);
  for (const auto& one : architectures) add_folders_in(root, one, folders);
  return folders;
}

/// dnf's own order: the later folder counts.
std::string pinned_release(const HostAccess& access) {
  constexpr std::size_t kLongest = 4096;
  std::string release;
  for (const char* const file : {"/etc/yum/vars/releasever", "/etc/dnf/vars/releasever"}) {
    try {
      if (const auto text = read_file_if_there(below(access.root, file), kLongest))
        release = clean_text(text->substr(0, text->find('\n')), 100);
    } catch (const std::system_error&) {
      continue;  // it would only explain what is not offered
    }
  }
  return release;
}

}  // namespace

Surroundings read_surroundings(const HostAccess& access) {
  Surroundings around;
  around.os_id = read_operating_system(access.root).id;
  around.now = access.now;
  around.pinned_release = pinned_release(access);
  if (access.root == "/" && !virtualization().container) around.kernel_running = running_kernel();
  return around;
}

std::string fingerprint(const HostAccess& access) {
  std::string text = "dnf 1\n" + rpm::stamp_rpm_database(access.root);
  const auto add_stamp = [&](const char* file) {
    const FileStamp one = stamp(below(access.root, file));
    text += fmt::format("{} {} {} {}\n", file, one.inode, one.size, one.mtime_ns);
  };
  for (const char* const file : {"/etc/yum.conf", "/etc/os-release", "/var/lib/dnf/modules.toml"}) add_stamp(file);
  for (const char* const folder : kFolders) text += stamp_folder(below(access.root, folder));
  for (const auto& cache : cache_folders(access.root)) text += rpm::hash_repomd_files(access.root, cache);
  if (access.root == "/") text += running_kernel() + "\n";
  return text;
}

std::vector<fs::path> watched_paths() {
  std::vector<fs::path> paths = rpm::rpm_watched_paths();
  paths.insert(paths.end(), kFolders.begin(), kFolders.end());
  // dnf5 and tdnf write into the folder of a repository only.
  for (const auto& cache : cache_folders("/")) paths.push_back(fs::path(cache) / "*");
  return paths;
}

}  // namespace patchstate::dnf
