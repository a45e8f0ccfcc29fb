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

constexpr std::size_t kLargestCopy = 64U << 20U;

/// A file name has at most 255 bytes; the end of a long one is left out.
std::string temporary_name(const fs::path& target) {
  return fmt::format(".{:.150}.{}.{}", target.filename().string(), ::getpid(), random_uuid().substr(0, 8));
}

/// The new content beside its final name; gone again unless it was moved there.
class TemporaryFile {
 public:
  TemporaryFile(const fs::path& target, int folder) : target_(target), folder_(folder), name_(temporary_name(target)) {
    fd_.reset(::openat(folder_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd_) fail();
    give_to_owner_of_folder();
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
  /// What root writes into the service's folder (`patchstate enroll`), the service must be able to read. Where it can't
  /// be given away it stays root's.
  void give_to_owner_of_folder() const {
    struct stat folder {};
    if (::geteuid() != 0 || ::fstat(folder_, &folder) != 0 || folder.st_uid == 0) return;
    [[maybe_unused]] const int given = ::fchown(fd_.get(), folder.st_uid, folder.st_gid);
  }
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

/// Folder of a path whose last part may be replaced.
UniqueFd open_folder_of(const fs::path& path) {
  if (!path.has_filename()) throw os_error(EINVAL, "cannot write", path);
  const fs::path folder_path = path.has_parent_path() ? path.parent_path() : fs::path(".");
  UniqueFd folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw os_error(errno, "cannot write", path);
  require_replaceable(path, folder.get());
  return folder;
}

/// A file system that has no fsync for folders (EINVAL) orders renames itself.
void sync_folder(const UniqueFd& folder, const fs::path& path) {
  if (::fsync(folder.get()) != 0 && errno != EINVAL) throw os_error(errno, "cannot make durable", path);
}

void replace(const fs::path& path, std::string_view content, unsigned mode, Durability durability) {
  const UniqueFd folder = open_folder_of(path);
  TemporaryFile temporary(path, folder.get());
  temporary.write(content, mode);
  if (durability == Durability::synced) temporary.sync();
  temporary.move_into_place();
  if (durability == Durability::synced) sync_folder(folder, path);
}

/// Of link(2): another file system, one without such names, one name too many, or a policy against it.
bool has_no_further_names(int error) {
  return error == EXDEV || error == EPERM || error == EMLINK || error == EOPNOTSUPP || error == ENOSYS ||
         error == EACCES;
}

}  // namespace

void write_durably(const fs::path& path, std::string_view content, unsigned mode) {
  replace(path, content, mode, Durability::synced);
}

void add_name(const fs::path& file, const fs::path& name) {
  const UniqueFd folder = open_folder_of(name);
  const std::string temporary = temporary_name(name);
  if (::linkat(AT_FDCWD, file.c_str(), folder.get(), temporary.c_str(), 0) != 0) {
    if (!has_no_further_names(errno)) throw os_error(errno, "cannot write", name);
    return replace(name, read_file(file, kLargestCopy), 0644, Durability::synced);
  }
  if (::renameat(folder.get(), temporary.c_str(), folder.get(), name.filename().c_str()) != 0) {
    const int error = errno;
    ::unlinkat(folder.get(), temporary.c_str(), 0);
    throw os_error(error, "cannot write", name);
  }
  // Renaming one name of a file over another of the same file does nothing (rename(2)), and leaves both.
  ::unlinkat(folder.get(), temporary.c_str(), 0);
  sync_folder(folder, name);
}

void write_atomically(const fs::path& path, std::string_view content, unsigned mode) {
  replace(path, content, mode, Durability::may_be_lost);
}

}  // namespace patchstate
