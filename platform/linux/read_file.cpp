// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "platform/files.h"
#include "platform/linux/os_error.h"
#include "platform/linux/small_file.h"
#include "platform/linux/unique_fd.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

enum class TooLong { fail, cut };

/// Opens `path` if it is a regular file: only looked at first, because opening some devices does something. Not
/// blocking, so that a FIFO put there in between can't hold us. Without a file, `errno` tells why.
UniqueFd open_regular(const fs::path& path, struct stat& status) {
  if (::stat(path.c_str(), &status) != 0) return {};
  if (S_ISREG(status.st_mode)) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd || ::fstat(fd.get(), &status) != 0) return {};
    if (S_ISREG(status.st_mode)) return fd;
  }
  errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
  return {};
}

/// nullopt: `errno` tells why.
std::optional<std::string> read_regular(const fs::path& path, std::size_t max_bytes, TooLong too_long) {
  struct stat status {};
  const UniqueFd fd = open_regular(path, status);
  if (!fd) return std::nullopt;
  const auto announced = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  const std::size_t limit = too_long == TooLong::fail ? max_bytes + 1 : max_bytes;

  // One byte more than announced, so that the end is seen without growing; files of /proc announce nothing.
  constexpr std::size_t kFirstRead = 4096;
  std::string content;
  std::size_t length = too_long == TooLong::fail && announced > max_bytes ? limit : 0;
  while (length < limit) {
    if (length == content.size())
      content.resize(std::min(limit, length == 0 ? std::max(announced + 1, kFirstRead) : length * 2));
    const ssize_t got = ::read(fd.get(), content.data() + length, content.size() - length);
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    length += static_cast<std::size_t>(got);
  }
  if (length > max_bytes) {
    errno = EFBIG;
    return std::nullopt;
  }
  content.resize(length);
  return content;
}

std::string or_throw(std::optional<std::string> content, const fs::path& path) {
  if (content) return std::move(*content);
  throw os_error(errno, errno == EISDIR || errno == EINVAL ? "not a regular file:" : "cannot read", path);
}

}  // namespace

std::string read_file(const fs::path& path, std::size_t max_bytes) {
  return or_throw(read_regular(path, max_bytes, TooLong::fail), path);
}

std::optional<std::string> read_file_if_there(const fs::path& path, std::size_t max_bytes) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  return read_file(path, max_bytes);
}

std::string read_head(const fs::path& path, std::size_t max_bytes) {
  return or_throw(read_regular(path, max_bytes, TooLong::cut), path);
}

std::string small_file(const fs::path& path) {
  return read_regular(path, 64U << 10U, TooLong::cut).value_or(std::string());
}

}  // namespace patchstate
