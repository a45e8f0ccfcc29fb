// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_surroundings.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include <fmt/core.h>

#include "collectors/host/os_release.h"
#include "platform/files.h"
#include "platform/machine.h"
#include "platform/paths.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRelease = 8U << 20U;

/// When apt last checked this source successfully. apt rewrites an InRelease or signed Release file on every successful
/// check, changed or not, and leaves it alone when the check failed: its ctime is that moment (measured, linux.md §5;
/// its mtime is the server's). An unsigned Release file it rewrites only when it has changed. Copying an image gives
/// files a new ctime but keeps the mtime of `partial`, which every run of `apt-get update` touches: the earlier of the
/// two is true in both cases. Without `partial` there is no trace, only the date of publication. Ubuntu's
/// update-success-stamp is none: `apt-get update` ends well, and has it touched, also when a source could not be
/// reached.
void set_checked(const fs::path& release_file, ReleaseFacts& facts) {
  const auto release = file_times(release_file);
  const auto attempt = file_times(release_file.parent_path() / "partial");
  if (release && attempt) {
    facts.checked_at = std::min(release->changed, attempt->modified);
  } else {
    facts.checked_at = facts.release.date;
    facts.checked_is_weak = true;
  }
}

ReleaseFacts read_release(const fs::path& file) {
  ReleaseFacts facts;
  facts.reading = ReleaseFacts::Reading::unreadable;
  try {
    const auto release = parse_release(read_file(file, kMostRelease));
    if (!release) {
      facts.problem = "it is damaged or cut off";
      return facts;
    }
    facts.release = *release;
    facts.reading = ReleaseFacts::Reading::ok;
    set_checked(file, facts);
  } catch (const std::system_error& error) {
    facts.problem = error.what();
  }
  return facts;
}

IndexFacts read_index(const fs::path& file) {
  IndexFacts facts;
  facts.size = stamp(file).size;
  std::ifstream in(file, std::ios::binary);
  if (facts.size > 0 && in.seekg(-1, std::ios::end)) facts.ends_with_newline = in.get() == '\n';
  return facts;
}

/// Folders all of whose files count.
constexpr std::array kFolders = {"/var/lib/apt/lists",      "/var/lib/dpkg/updates",
                                 "/etc/apt/sources.list.d", "/etc/apt/apt.conf.d",
                                 "/etc/apt/preferences.d",  "/var/lib/ubuntu-advantage/apt-esm/var/lib/apt/lists"};

void add_stamp(std::string& text, const fs::path& path) {
  const FileStamp one = stamp(path);
  text += fmt::format("{} {} {} {}\n", path.string(), one.inode, one.size, one.mtime_ns);
}

}  // namespace

Surroundings read_surroundings(const HostAccess& access, const Snapshot& snapshot, const DpkgDatabase& dpkg) {
  Surroundings around;
  around.dpkg = dpkg;
  around.now = access.now;
  around.os_id = read_operating_system(access.root).id;
  around.base = read_base_release(access.root);
  for (const auto& source : snapshot.sources)
    if (!source.release_file.empty())
      around.releases.try_emplace(source.release_file, read_release(source.release_file));
  for (const auto& source : snapshot.sources)
    for (const auto& index : source.stored_indexes) around.indexes.try_emplace(index.file, read_index(index.file));
  if (access.root == "/" && !virtualization().container) {
    around.kernel_running = running_kernel();
    around.kernel_build = running_kernel_build();
  }
  return around;
}

std::string fingerprint(const HostAccess& access) {
  std::string text = "apt 1\n";
  for (const char* const file :
       {"/var/lib/dpkg/status", "/var/lib/dpkg/arch", "/var/lib/apt/extended_states", "/var/lib/apt/lists/partial",
        "/etc/apt/sources.list", "/etc/apt/apt.conf", "/etc/apt/preferences", "/etc/machine-id", "/etc/os-release",
        "/var/lib/ubuntu-advantage/status.json"})
    add_stamp(text, below(access.root, file));
  for (const char* const folder : kFolders) text += stamp_folder(below(access.root, folder));
  const auto probe = probe_program("patchstate-apt-probe");
  if (!probe.empty()) add_stamp(text, probe);
  if (access.root == "/") text += running_kernel() + running_kernel_build() + "\n";
  return text;
}

std::vector<fs::path> watched_paths() {
  std::vector<fs::path> paths(kFolders.begin(), kFolders.end());
  // dpkg and apt replace these files by renaming, which shows in the folder.
  for (const char* const folder : {"/var/lib/dpkg", "/var/lib/apt", "/etc/apt"}) paths.emplace_back(folder);
  return paths;
}

}  // namespace patchstate::apt
