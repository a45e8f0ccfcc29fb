// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <windows.h>

#include "platform/files.h"
#include "platform/windows/os_error.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {

// The lock is the open file: nobody else can open it as long as we have it, and the system closes it with us.
std::optional<FileLock> FileLock::try_lock(const std::filesystem::path& path) {
  UniqueHandle file(::CreateFileW(api_path(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                                  FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_SHARING_VIOLATION) return std::nullopt;
    throw os_error(error, "cannot open the lock file", path);
  }
  return FileLock(reinterpret_cast<std::intptr_t>(file.release()));
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    const FileLock released(std::exchange(file_, std::exchange(other.file_, -1)));
  }
  return *this;
}

FileLock::~FileLock() {
  if (file_ != -1) ::CloseHandle(reinterpret_cast<HANDLE>(file_));
}

}  // namespace patchstate
