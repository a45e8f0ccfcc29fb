// SPDX-License-Identifier: Apache-2.0
#include "platform/paths.h"

#include <system_error>

#include <windows.h>
#include <initguid.h>
#include <knownfolders.h>
#include <objbase.h>
#include <shlobj.h>

#include "platform/windows/os_error.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

fs::path absolute_from_environment(const wchar_t* name) {
  std::wstring value(256, L'\0');
  DWORD length = ::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
  if (length > value.size()) {
    value.resize(length);
    length = ::GetEnvironmentVariableW(name, value.data(), length);
  }
  value.resize(length);
  const fs::path path = value;
  return path.is_absolute() ? path : fs::path();
}

/// Empty where this user has no such folder.
fs::path known_folder(const KNOWNFOLDERID& id) {
  wchar_t* found = nullptr;
  const HRESULT result = ::SHGetKnownFolderPath(id, KF_FLAG_DONT_VERIFY, nullptr, &found);
  fs::path path = SUCCEEDED(result) ? fs::path(found) : fs::path();
  ::CoTaskMemFree(found);
  return path;
}

/// SYSTEM, or an administrator who may act as one.
bool is_elevated() {
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return false;
  const UniqueHandle token(opened);
  TOKEN_ELEVATION elevation{};
  DWORD size = 0;
  return ::GetTokenInformation(token.get(), TokenElevation, &elevation, sizeof elevation, &size) != 0 &&
         elevation.TokenIsElevated != 0;
}

fs::path system_folder() {
  const auto folder = known_folder(FOLDERID_ProgramData);
  return folder.empty() ? folder : folder / L"patchstate";
}

fs::path own_folder(const wchar_t* variable, const wchar_t* name) {
  if (auto folder = absolute_from_environment(variable); !folder.empty()) return folder;
  if (is_elevated()) return system_folder() / name;
  const auto folder = known_folder(FOLDERID_LocalAppData);
  return folder.empty() ? folder : folder / L"patchstate" / name;
}

}  // namespace

fs::path state_folder() {
  return own_folder(L"STATE_DIRECTORY", L"state");
}

fs::path system_state_folder() {
  return system_folder() / L"state";
}

fs::path cache_folder() {
  return own_folder(L"CACHE_DIRECTORY", L"cache");
}

fs::path credentials_folder() {
  return {};  // secrets are in files that DPAPI protects
}

fs::path default_config_file() {
  return system_folder() / L"patchstate.toml";
}

fs::path own_program() {
  std::wstring name(MAX_PATH, L'\0');
  while (true) {
    const DWORD length = ::GetModuleFileNameW(nullptr, name.data(), static_cast<DWORD>(name.size()));
    if (length == 0) throw os_error(::GetLastError(), "cannot find this program's own file");
    if (length < name.size()) return name.substr(0, length);
    name.resize(name.size() * 2);
  }
}

fs::path probe_program(const std::string& name) {
  auto program = own_program().parent_path() / wide(name + ".exe");
  const DWORD attributes = ::GetFileAttributesW(api_path(program).c_str());
  const bool is_file = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
  return is_file ? program : fs::path();
}

}  // namespace patchstate
