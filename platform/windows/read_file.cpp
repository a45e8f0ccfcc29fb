// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>

#include <windows.h>

#include "platform/files.h"
#include "platform/windows/open_file.h"
#include "platform/windows/os_error.h"
#include "platform/windows/wide.h"

namespace patchstate {

namespace fs = std::filesystem;

UniqueHandle open_to_read(const fs::path& path, DWORD more_access) {
  // SQOS: were a pipe there, its server could else act as this user.
  UniqueHandle file(::CreateFileW(
      api_path(path).c_str(), GENERIC_READ | more_access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
      nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
  if (!file) throw os_error(::GetLastError(), "cannot read", path);
  if (::GetFileType(file.get()) != FILE_TYPE_DISK) throw errno_error(EINVAL, "not a regular file:", path);
  BY_HANDLE_FILE_INFORMATION status{};
  if (::GetFileInformationByHandle(file.get(), &status) == 0) throw os_error(::GetLastError(), "cannot read", path);
  if ((status.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) throw errno_error(EISDIR, "not a regular file:", path);
  return file;
}

std::string read_up_to(const UniqueHandle& file, const fs::path& path, std::size_t most) {
  constexpr std::size_t kPiece = 64U << 10U;
  std::string content;
  while (content.size() < most) {
    const auto before = content.size();
    const auto wanted = std::min(kPiece, most - before);
    content.resize(before + wanted);
    DWORD got = 0;
    if (::ReadFile(file.get(), content.data() + before, static_cast<DWORD>(wanted), &got, nullptr) == 0)
      throw os_error(::GetLastError(), "cannot read", path);
    content.resize(before + got);
    if (got == 0) break;
  }
  return content;
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
  auto content = read_up_to(open_to_read(path), path, max_bytes + 1);
  if (content.size() > max_bytes) throw errno_error(EFBIG, "cannot read", path);
  return content;
}

std::optional<std::string> read_file_if_there(const fs::path& path, std::size_t max_bytes) {
  if (::GetFileAttributesW(api_path(path).c_str()) == INVALID_FILE_ATTRIBUTES) {
    const int error = errno_of(::GetLastError());
    if (error == ENOENT || error == ENOTDIR) return std::nullopt;
  }
  return read_file(path, max_bytes);
}

std::string read_head(const fs::path& path, std::size_t max_bytes) {
  return read_up_to(open_to_read(path), path, max_bytes);
}

}  // namespace patchstate
