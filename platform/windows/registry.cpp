// SPDX-License-Identifier: Apache-2.0
#include "platform/registry.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <windows.h>

#include "platform/windows/file_time.h"
#include "platform/windows/os_error.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

class Key {
 public:
  explicit Key(const std::string& name) : name_(name) {
    const LSTATUS status =
        ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(name).c_str(), 0, KEY_READ | KEY_WOW64_64KEY, &key_);
    if (status != ERROR_SUCCESS) key_ = nullptr;
    if (status != ERROR_SUCCESS && !is_missing(status)) fail(status);
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() {
    if (key_ != nullptr) ::RegCloseKey(key_);
  }
  explicit operator bool() const { return key_ != nullptr; }
  HKEY get() const { return key_; }

  static bool is_missing(LSTATUS status) { return status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND; }
  [[noreturn]] void fail(LSTATUS status) const {
    throw os_error(static_cast<unsigned long>(status), "cannot read the registry key HKLM\\" + name_);
  }

 private:
  const std::string& name_;
  HKEY key_ = nullptr;
};

struct Value {
  DWORD type = REG_NONE;
  std::vector<BYTE> bytes;
};

std::optional<Value> value_of(const std::string& key_name, const std::string& name) {
  const Key key(key_name);
  if (!key) return std::nullopt;
  const std::wstring wide_name = wide(name);
  Value value;
  DWORD size = 256;
  // It may grow between two looks.
  while (true) {
    value.bytes.resize(size);
    const LSTATUS status =
        ::RegQueryValueExW(key.get(), wide_name.c_str(), nullptr, &value.type, value.bytes.data(), &size);
    if (Key::is_missing(status)) return std::nullopt;
    if (status == ERROR_MORE_DATA) continue;
    if (status != ERROR_SUCCESS) key.fail(status);
    value.bytes.resize(size);
    return value;
  }
}

/// Nothing promises that what is stored ends in a zero, or has an even size.
std::wstring text_of(const Value& value) {
  std::wstring text(value.bytes.size() / sizeof(wchar_t), L'\0');
  std::memcpy(text.data(), value.bytes.data(), text.size() * sizeof(wchar_t));
  return text;
}

}  // namespace

std::optional<std::string> registry_string(const std::string& key, const std::string& name) {
  const auto value = value_of(key, name);
  if (!value || (value->type != REG_SZ && value->type != REG_EXPAND_SZ)) return std::nullopt;
  const std::wstring text = text_of(*value);
  return narrow(std::wstring_view(text).substr(0, text.find(L'\0')));
}

std::optional<std::vector<std::string>> registry_strings(const std::string& key, const std::string& name) {
  const auto value = value_of(key, name);
  if (!value || value->type != REG_MULTI_SZ) return std::nullopt;
  std::vector<std::string> texts;
  const std::wstring all = text_of(*value);
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find(L'\0', at), all.size());
    if (end > at) texts.push_back(narrow(std::wstring_view(all).substr(at, end - at)));
    at = end + 1;
  }
  return texts;
}

std::optional<std::int64_t> registry_number(const std::string& key, const std::string& name) {
  const auto value = value_of(key, name);
  if (!value) return std::nullopt;
  const auto as = [&value](auto number) -> std::optional<std::int64_t> {
    if (value->bytes.size() != sizeof number) return std::nullopt;
    std::memcpy(&number, value->bytes.data(), sizeof number);
    return static_cast<std::int64_t>(number);
  };
  if (value->type == REG_DWORD) return as(std::uint32_t{});
  if (value->type == REG_QWORD) return as(std::uint64_t{});
  return std::nullopt;
}

bool registry_key_exists(const std::string& key) {
  return static_cast<bool>(Key(key));
}

std::optional<std::chrono::sys_seconds> registry_key_written(const std::string& name) {
  const Key key(name);
  if (!key) return std::nullopt;
  FILETIME written{};
  const LSTATUS status = ::RegQueryInfoKeyW(key.get(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                            nullptr, nullptr, nullptr, &written);
  if (status != ERROR_SUCCESS) key.fail(status);
  return seconds_of(written);
}

std::vector<std::string> registry_subkeys(const std::string& name) {
  const Key key(name);
  std::vector<std::string> names;
  if (!key) return names;
  constexpr DWORD kLongestName = 256;  // 255, by the documentation
  for (DWORD i = 0;; ++i) {
    wchar_t text[kLongestName];
    DWORD length = kLongestName;
    const LSTATUS status = ::RegEnumKeyExW(key.get(), i, text, &length, nullptr, nullptr, nullptr, nullptr);
    if (status == ERROR_NO_MORE_ITEMS) return names;
    if (status != ERROR_SUCCESS) key.fail(status);
    names.push_back(narrow({text, length}));
  }
}

}  // namespace patchstate
