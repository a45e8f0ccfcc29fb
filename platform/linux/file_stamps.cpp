// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include "platform/files.h"
#include "platform/linux/os_error.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

FileStamp stamp_of(const struct stat& status) {
  return {status.st_ino, status.st_size,
          static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec};
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

FileStamp stamp(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? stamp_of(status) : FileStamp{};
}

std::string stamp_folder(const fs::path& folder) {
  const std::unique_ptr<DIR, CloseFolder> opened(::opendir(folder.c_str()));
  if (!opened) return errno == ENOENT || errno == ENOTDIR ? "" : fmt::format("unreadable {}\n", errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(opened.get()))  // a stream of our own: no other thread reads it
    names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());

  std::string text;
  for (const auto& name : names) {
    struct stat status {};
    if (name == "lock" || ::fstatat(::dirfd(opened.get()), name.c_str(), &status, 0) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    const FileStamp stamp = stamp_of(status);
    text += fmt::format("{} {} {} {}\n", name, stamp.inode, stamp.size, stamp.mtime_ns);
  }
  return text;
}

std::optional<FileTimes> file_times(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw os_error(errno, "cannot look at", path);
  }
  const auto seconds = [](const timespec& time) { return std::chrono::sys_seconds{std::chrono::seconds{time.tv_sec}}; };
  return FileTimes{seconds(status.st_mtim), seconds(status.st_ctim)};
}

}  // namespace patchstate
