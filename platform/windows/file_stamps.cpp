// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>

#include <windows.h>
#include <fmt/core.h>

#include "platform/files.h"
#include "platform/windows/file_time.h"
#include "platform/windows/os_error.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

UniqueHandle open_to_look_at(const fs::path& path) {
  return UniqueHandle(::CreateFileW(api_path(path).c_str(), FILE_READ_ATTRIBUTES,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                                    FILE_FLAG_BACKUP_SEMANTICS, nullptr));
}

std::uint64_t joined(DWORD high, DWORD low) {
  return static_cast<std::uint64_t>(high) << 32U | static_cast<std::uint64_t>(low);
}

}  // namespace

FileStamp stamp(const fs::path& path) {
  const UniqueHandle file = open_to_look_at(path);
  BY_HANDLE_FILE_INFORMATION status{};
  if (!file || ::GetFileInformationByHandle(file.get(), &status) == 0) return {};
  return {joined(status.nFileIndexHigh, status.nFileIndexLow),
          static_cast<std::int64_t>(joined(status.nFileSizeHigh, status.nFileSizeLow)),
          nanoseconds_of(status.ftLastWriteTime)};
}

std::string stamp_folder(const fs::path& folder) {
  std::vector<std::wstring> names;
  WIN32_FIND_DATAW found{};
  const HANDLE search = ::FindFirstFileW(api_path(folder / L"*").c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) {
    const DWORD error = ::GetLastError();
    return errno_of(error) == ENOENT || errno_of(error) == ENOTDIR ? "" : fmt::format("unreadable {}\n", error);
  }
  do {
    const bool is_folder = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    if (!is_folder && std::wstring_view(found.cFileName) != L"lock") names.emplace_back(found.cFileName);
  } while (::FindNextFileW(search, &found) != 0);
  ::FindClose(search);
  std::sort(names.begin(), names.end());

  std::string text;
  for (const auto& name : names)
    if (const FileStamp one = stamp(folder / name); one.size >= 0)
      text += fmt::format("{} {} {} {}\n", narrow(name), one.inode, one.size, one.mtime_ns);
  return text;
}

std::optional<FileTimes> file_times(const fs::path& path) {
  const UniqueHandle file = open_to_look_at(path);
  FILE_BASIC_INFO times{};
  if (!file || ::GetFileInformationByHandleEx(file.get(), FileBasicInfo, &times, sizeof times) == 0) {
    const DWORD error = ::GetLastError();
    if (errno_of(error) == ENOENT || errno_of(error) == ENOTDIR) return std::nullopt;
    throw os_error(error, "cannot look at", path);
  }
  const auto seconds = [](const LARGE_INTEGER& time) {
    return seconds_of({time.LowPart, static_cast<DWORD>(time.HighPart)});
  };
  return FileTimes{seconds(times.LastWriteTime), seconds(times.ChangeTime)};
}

}  // namespace patchstate
