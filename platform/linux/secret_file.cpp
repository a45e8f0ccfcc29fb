// SPDX-License-Identifier: Apache-2.0
#include "platform/secret_file.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <endian.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/linux/os_error.h"
#include "platform/linux/unique_fd.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestSecret = 16U << 10U;

// # file: run/credentials/patchstate.service/host-key
// # owner: root
// user::r--  user:997:r--  group::---  mask::r--  other::---
/// Whether an access control list lets nobody in but the owner and this user. So systemd (since 254) hands over a
/// credential: the bits of the mode that are the group's elsewhere are the list's mask here.
bool list_admits_only_this_user(const UniqueFd& fd) {
  constexpr std::size_t kMostEntries = 32;
  struct {
    posix_acl_xattr_header header;
    std::array<posix_acl_xattr_entry, kMostEntries> entries;
  } list{};
  static_assert(sizeof list == sizeof(posix_acl_xattr_header) + kMostEntries * sizeof(posix_acl_xattr_entry));
  const ssize_t got = ::fgetxattr(fd.get(), "system.posix_acl_access", &list, sizeof list);
  if (got <= static_cast<ssize_t>(sizeof list.header)) return false;  // none, or longer than any that is meant well
  if (le32toh(list.header.a_version) != POSIX_ACL_XATTR_VERSION) return false;
  const auto count = (static_cast<std::size_t>(got) - sizeof list.header) / sizeof list.entries[0];
  return std::all_of(list.entries.begin(), list.entries.begin() + static_cast<std::ptrdiff_t>(count),
                     [](const posix_acl_xattr_entry& entry) {
                       const auto tag = le16toh(entry.e_tag);
                       if (tag == ACL_USER_OBJ || tag == ACL_MASK) return true;
                       if (tag == ACL_USER && le32toh(entry.e_id) == ::geteuid()) return true;
                       return entry.e_perm == 0;
                     });
}

/// The key that the service's user keeps is root's to use, too: `patchstate doctor`.
bool is_kept_by_service(const fs::path& path, const struct stat& status) {
  struct stat folder {};
  return path.parent_path() == system_state_folder() && ::stat(system_state_folder().c_str(), &folder) == 0 &&
         folder.st_uid == status.st_uid;
}

/// Judged on the open file: what the name leads to may change between looking and reading.
std::string problem_of(const UniqueFd& fd, const fs::path& path, const struct stat& status) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0 && !(::geteuid() == 0 && is_kept_by_service(path, status)))
    return fmt::format("{0} belongs to another user, who can read and change it: chown root {0}", path.string());
  const bool by_list = (status.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) == 0 && list_admits_only_this_user(fd);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && !by_list)
    return fmt::format("{0} can be read by others (mode {1:04o}): chmod 600 {0}", path.string(),
                       status.st_mode & 07777U);
  return {};
}

std::string content_of(const UniqueFd& fd, const fs::path& path) {
  std::string content;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw os_error(errno, "cannot read", path);
    if (got == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(got));
    if (content.size() > kLongestSecret) throw os_error(EFBIG, "cannot read", path);
  }
}

}  // namespace

SecretResult read_secret(const fs::path& path) {
  // Not blocking, so that a FIFO there can't hold us.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) throw os_error(errno, "cannot read", path);
  if (!S_ISREG(status.st_mode)) throw os_error(EINVAL, "not a regular file:", path);
  if (auto problem = problem_of(fd, path, status); !problem.empty()) return {{}, std::move(problem)};

  const std::string content = content_of(fd, path);
  constexpr const char* kSpace = " \t\r\n";
  const auto first = content.find_first_not_of(kSpace);
  if (first == std::string::npos) return {{}, fmt::format("{} is empty", path.string())};
  return {content.substr(first, content.find_last_not_of(kSpace) + 1 - first), {}};
}

void write_secret(const fs::path& path, const std::string& secret) {
  write_durably(path, secret + "\n", 0600);
}

}  // namespace patchstate
