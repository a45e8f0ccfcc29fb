// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/os_error.h"

#include <cerrno>

#include <windows.h>

namespace patchstate {

int errno_of(unsigned long error) {
  switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_INVALID_DRIVE:
    case ERROR_NOT_READY:
      return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
      return EACCES;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_BUSY:
      return EBUSY;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
      return ENOSPC;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return EEXIST;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
      return ENOMEM;
    case ERROR_TOO_MANY_OPEN_FILES:
      return EMFILE;
    case ERROR_WRITE_PROTECT:
      return EROFS;
    case ERROR_FILENAME_EXCED_RANGE:
      return ENAMETOOLONG;
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH:
      return ENOEXEC;
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
      return EPIPE;
    case ERROR_DIRECTORY:
      return ENOTDIR;
    case ERROR_INVALID_PARAMETER:
      return EINVAL;
    default:
      return 0;
  }
}

std::system_error os_error(unsigned long error, const std::string& attempted) {
  if (const int known = errno_of(error); known != 0) return {known, std::generic_category(), attempted};
  return {static_cast<int>(error), std::system_category(), attempted};
}

std::system_error os_error(unsigned long error, const std::string& attempted, const std::filesystem::path& path) {
  return os_error(error, attempted + " " + path.string());
}

std::system_error errno_error(int error, const std::string& attempted, const std::filesystem::path& path) {
  return {error, std::generic_category(), attempted + " " + path.string()};
}

}  // namespace patchstate
