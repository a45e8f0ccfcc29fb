// SPDX-License-Identifier: Apache-2.0
// Tells that files changed: ReadDirectoryChangesW, for paths that may be missing, replaced, deleted and made again.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <windows.h>

#include "platform/windows/unique_handle.h"

namespace patchstate {

class FileWatch {
 public:
  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Absolute paths of folders (the names directly in them) and files, instead of the earlier ones. A path that is not
  /// there counts when it appears. What is only read never counts, nor do locks and unfinished files.
  void watch(std::vector<std::filesystem::path> paths);
  /// Why some can't be watched; empty: all are.
  const std::string& problem() const { return problem_; }

  /// Each is set when there is something to take; they are others after `watch` and `take_changes`.
  std::vector<HANDLE> events() const;
  /// Takes all that happened; whether any of it counts.
  bool take_changes();

 private:
  struct Place;
  enum class Effect { none, changed, watch_anew };

  void watch_anew();
  void watch_path(const std::filesystem::path& path);
  Place* place_for(const std::filesystem::path& folder);
  static Effect take_place(Place& place);

  std::vector<std::filesystem::path> paths_;
  std::vector<std::unique_ptr<Place>> places_;
  std::string problem_;
};

}  // namespace patchstate
