// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/hash.h"
#include "platform/linux/os_error.h"
#include "platform/linux/unique_fd.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

enum class Durability { may_be_lost, synced };

/// The new content beside its final name; gone again unless it was moved there.
class TemporaryFile {
 public:
  TemporaryFile(const fs::path& target, int folder) : target_(target), folder_(folder) {
    // A file name has at most 255 bytes; the end of a long one is left out.
    name_ = fmt::format(".{:.150}.{}.{}", target.filename().string(), ::getpid(), random_uuid().substr(0, 8));
    fd_.reset(::openat(folder_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd_) fail();
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!moved_) ::unlinkat(folder_, name_.c_str(), 0);
  }

  void write(std::string_view content, mode_t mode) {
    while (!content.empty()) {
      const ssize_t written = ::write(fd_.get(), content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fchmod(fd_.get(), mode) != 0) fail();
  }
  void sync() {
    if (::fsync(fd_.get()) != 0) fail();
  }
  void move_into_place() {
    if (::close(fd_.release()) != 0) fail();  // some file systems tell only here that the disk is full
    if (::renameat(folder_, name_.c_str(), folder_, target_.filename().c_str()) != 0) fail();
    moved_ = true;
  }

 private:
  [[noreturn]] void fail() const { throw os_error(errno, "cannot write", target_); }

  const fs::path& target_;
  int folder_;
  std::string name_;
  UniqueFd fd_;
  bool moved_ = false;
};

/// Renaming over a link, a device or a folder would replace that thing itself: /dev/stdout, for one.
void require_replaceable(const fs::path& path, int folder) {
  struct stat status {};
  if (::fstatat(folder, path.filename().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) throw os_error(errno, "cannot write", path);
    return;
  }
  if (!S_ISREG(status.st_mode))
    throw os_error(S_ISDIR(status.st_mode) ? EISDIR : EINVAL, "cannot replace what is not a regular file:", path);
}

void replace(const fs::path& path, std::string_view content, unsigned mode, Durability durability) {
  if (!path.has_filename()) throw os_error(EINVAL, "cannot write", path);
  const fs::path folder_path = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const UniqueFd folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw os_error(errno, "cannot write", path);
  require_replaceable(path, folder.get());

  TemporaryFile temporary(path, folder.get());
  temporary.write(content, mode);
  if (durability == Durability::synced) temporary.sync();
  temporary.move_into_place();
  // A file system that has no fsync for folders (EINVAL) orders renames itself.
  if (durability == Durability::synced && ::fsync(folder.get()) != 0 && errno != EINVAL)
    throw os_error(errno, "cannot make durable", path);
}

}  // namespace

void write_durably(const fs::path& path, std::string_view content, unsigned mode) {
  replace(path, content, mode, Durability::synced);
}

void write_atomically(const fs::path& path, std::string_view content, unsigned mode) {
  replace(path, content, mode, Durability::may_be_lost);
}

}  // namespace patchstate
