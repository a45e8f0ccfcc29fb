// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/wide.h"

#include <system_error>

#include <windows.h>

namespace patchstate {

std::wstring wide(std::string_view utf8) {
  if (utf8.empty()) return {};
  const int size = static_cast<int>(utf8.size());
  std::wstring text(static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0)), L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, text.data(), static_cast<int>(text.size()));
  return text;
}

std::string narrow(std::wstring_view utf16) {
  if (utf16.empty()) return {};
  const int size = static_cast<int>(utf16.size());
  const int length = ::WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, nullptr, 0, nullptr, nullptr);
  std::string text(static_cast<std::size_t>(length), '\0');
  ::WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, text.data(), length, nullptr, nullptr);
  return text;
}

std::wstring api_path(const std::filesystem::path& path) {
  // A folder must leave room for a name of the old form: 8.3 and a separator.
  constexpr std::size_t kLongest = MAX_PATH - 13;
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error).lexically_normal().make_preferred().wstring();
  if (error || absolute.size() < kLongest || absolute.starts_with(L"\\\\?\\")) return path.wstring();
  if (absolute.starts_with(L"\\\\")) return L"\\\\?\\UNC" + absolute.substr(1);
  return L"\\\\?\\" + absolute;
}

}  // namespace patchstate
