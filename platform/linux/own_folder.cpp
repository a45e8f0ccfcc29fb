// SPDX-License-Identifier: Apache-2.0
#include "platform/own_folder.h"

#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace patchstate {

namespace fs = std::filesystem;

bool is_only_ours(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  return (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) && status.st_uid == ::geteuid() &&
         (status.st_mode & kOthersWrite) == 0;
}

bool make_own_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno == ENOENT) {
    std::error_code error;
    fs::create_directories(folder.parent_path(), error);
    if (error || ::mkdir(folder.c_str(), 0700) != 0) return false;
  }
  std::error_code unseen;  // in another user's home, which su and runuser leave in the environment
  return fs::is_directory(fs::symlink_status(folder, unseen)) && is_only_ours(folder);
}

void make_state_folder(const fs::path& folder) {
  fs::create_directories(folder);
}

std::string problem_with_config(const fs::path& /*file*/) {
  return {};
}

}  // namespace patchstate
