// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/registry_watch.h"

#include <utility>

#include <windows.h>

#include "platform/windows/os_error.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

constexpr DWORD kKeys = REG_NOTIFY_CHANGE_NAME;
constexpr DWORD kKeysAndValues = kKeys | REG_NOTIFY_CHANGE_LAST_SET;
constexpr int kMostSteps = 64;  ///< down keys that are being made while they are looked for

LONG open_key(const std::wstring& name, UniqueKey& opened) {
  HKEY key = nullptr;
  const LONG error = ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, name.c_str(), 0, KEY_NOTIFY | KEY_WOW64_64KEY, &key);
  opened = UniqueKey(error == ERROR_SUCCESS ? key : nullptr);
  return error;
}

}  // namespace

void RegistryWatch::watch(std::vector<std::wstring> keys) {
  keys_ = std::move(keys);
  watch_anew();
}

/// With a new event: closing a key sets the one that it was watched with.
void RegistryWatch::watch_anew() {
  open_.clear();
  problem_.clear();
  event_.reset();
  if (keys_.empty()) return;
  event_.reset(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!event_) problem_ = os_error(::GetLastError(), "cannot watch the registry").what();
  for (const auto& key : keys_)
    if (event_) watch_key(key);
}

void RegistryWatch::watch_key(const std::wstring& name) {
  for (int step = 0; step < kMostSteps; ++step) {
    UniqueKey key;
    LONG error = open_key(name, key);
    if (key) error = ::RegNotifyChangeKeyValue(key.get(), TRUE, kKeysAndValues, event_.get(), TRUE);
    // That it goes is told by the one above: Wine says nothing of it to whoever watches the key itself.
    if (error == ERROR_SUCCESS && watch_parent_of(name)) return open_.push_back(std::move(key));
    if (error != ERROR_SUCCESS && error != ERROR_FILE_NOT_FOUND && error != ERROR_KEY_DELETED) {
      problem_ = os_error(static_cast<DWORD>(error), "cannot watch the registry key HKLM\\" + narrow(name)).what();
      return;
    }
    // It may have come before the watch was set.
    if (watch_parent_of(name) && open_key(name, key) != ERROR_SUCCESS) return;
  }
}

/// The nearest key above that is there.
bool RegistryWatch::watch_parent_of(std::wstring name) {
  while (!name.empty()) {
    const auto end = name.rfind(L'\\');
    name.resize(end == std::wstring::npos ? 0 : end);
    UniqueKey key;
    if (open_key(name, key) != ERROR_SUCCESS) continue;
    if (::RegNotifyChangeKeyValue(key.get(), FALSE, kKeys, event_.get(), TRUE) != ERROR_SUCCESS) continue;
    open_.push_back(std::move(key));
    return true;
  }
  return false;
}

/// What happens while it is watched anew is seen by the run that this change brings.
bool RegistryWatch::take_changes() {
  if (!event_ || ::WaitForSingleObject(event_.get(), 0) != WAIT_OBJECT_0) return false;
  watch_anew();
  return true;
}

}  // namespace patchstate
