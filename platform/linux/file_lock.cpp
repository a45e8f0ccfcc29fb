// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/linux/os_error.h"
#include "platform/linux/unique_fd.h"

namespace patchstate {

std::optional<FileLock> FileLock::try_lock(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) throw os_error(errno, "cannot open the lock file", path);
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw os_error(errno, "cannot lock", path);
  }
  return FileLock(fd.release());
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    const FileLock released(std::exchange(file_, std::exchange(other.file_, -1)));
  }
  return *this;
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(static_cast<int>(file_));
}

}  // namespace patchstate
