// SPDX-License-Identifier: Apache-2.0
#include "platform/own_folder.h"

#include <system_error>

#include <windows.h>
#include <fmt/core.h>

#include "platform/windows/access_list.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {

namespace fs = std::filesystem;

bool is_only_ours(const fs::path& path) {
  const UniqueHandle opened(::CreateFileW(api_path(path).c_str(), READ_CONTROL | FILE_READ_ATTRIBUTES,
                                          FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                          OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
                                          nullptr));
  if (!opened || ::GetFileType(opened.get()) != FILE_TYPE_DISK) return false;
  FILE_ATTRIBUTE_TAG_INFO status{};
  if (::GetFileInformationByHandleEx(opened.get(), FileAttributeTagInfo, &status, sizeof status) == 0) return false;
  if ((status.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && IsReparseTagNameSurrogate(status.ReparseTag))
    return false;
  try {
    const Strangers strangers = strangers_with(opened.get(), kWriting);
    return !strangers.own && strangers.admitted.empty();
  } catch (const std::system_error&) {
    return false;
  }
}

bool make_own_folder(const fs::path& folder) {
  OwnAccess own(OwnAccess::Of::folder);
  const std::wstring name = api_path(folder);
  if (::CreateDirectoryW(name.c_str(), own.attributes()) == 0) {
    if (::GetLastError() == ERROR_PATH_NOT_FOUND) {
      if (!folder.has_relative_path() || !make_own_folder(folder.parent_path())) return false;
      if (::CreateDirectoryW(name.c_str(), own.attributes()) == 0) return false;
    } else if (::GetLastError() != ERROR_ALREADY_EXISTS) {
      return false;
    }
  }
  const DWORD attributes = ::GetFileAttributesW(name.c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 && is_only_ours(folder);
}

void make_state_folder(const fs::path& folder) {
  if (make_own_folder(folder)) return;
  const auto name = narrow(folder.native());
  throw std::system_error(
      std::make_error_code(std::errc::permission_denied),
      fmt::format("{} can't be made, or others may write into it; where nothing in it is somebody else's, `icacls "
                  "\"{}\" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F` mends it",
                  name, name));
}

std::string problem_with_config(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error) || is_only_ours(file)) return {};
  const auto name = narrow(file.native());
  return fmt::format(
      "{0}: others than administrators may change it; look at what it says, then `takeown /a /f \"{0}\"` and `icacls "
      "\"{0}\" /inheritance:r /grant:r *S-1-5-18:F *S-1-5-32-544:F *S-1-5-32-545:R` mend it",
      name);
}

}  // namespace patchstate
