// SPDX-License-Identifier: Apache-2.0
// Tells that keys of the registry changed, for keys that may be missing, deleted and made again.
#pragma once

#include <string>
#include <vector>

#include "platform/windows/unique_handle.h"
#include "platform/windows/unique_key.h"

namespace patchstate {

class RegistryWatch {
 public:
  /// Keys below HKEY_LOCAL_MACHINE, without its name, instead of the earlier ones: their values and all below them
  /// count, and that they, what leads to a missing one, or keys beside these come or go.
  void watch(std::vector<std::wstring> keys);
  /// Why some can't be watched; empty: all are.
  const std::string& problem() const { return problem_; }

  /// Set when there is something to take; none: nothing is watched.
  const UniqueHandle& event() const { return event_; }
  /// Whether anything happened since; watches on.
  bool take_changes();

 private:
  void watch_anew();
  void watch_key(const std::wstring& name);
  bool watch_parent_of(std::wstring name);

  std::vector<std::wstring> keys_;
  UniqueHandle event_;
  std::vector<UniqueKey> open_;
  std::string problem_;
};

}  // namespace patchstate
