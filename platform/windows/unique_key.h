// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <windows.h>

namespace patchstate {

/// Closes its key of the registry.
class UniqueKey {
 public:
  explicit UniqueKey(HKEY key = nullptr) : key_(key) {}
  UniqueKey(UniqueKey&& other) noexcept : key_(std::exchange(other.key_, nullptr)) {}
  UniqueKey& operator=(UniqueKey&& other) noexcept {
    std::swap(key_, other.key_);
    return *this;
  }
  UniqueKey(const UniqueKey&) = delete;
  UniqueKey& operator=(const UniqueKey&) = delete;
  ~UniqueKey() {
    if (key_ != nullptr) ::RegCloseKey(key_);
  }
  HKEY get() const { return key_; }
  explicit operator bool() const { return key_ != nullptr; }

 private:
  HKEY key_;
};

}  // namespace patchstate
