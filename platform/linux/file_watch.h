// SPDX-License-Identifier: Apache-2.0
// Tells that files changed: inotify(7), for paths that may be missing, replaced, deleted and made again.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/linux/unique_fd.h"

namespace patchstate {

class FileWatch {
 public:
  /// Absolute paths of folders (the names directly in them) and files, instead of the earlier ones. `FOLDER/*` is the
  /// folder and those directly in it, also those that come later. A path that is not there counts when it appears. What
  /// is only read never counts, nor do locks and unfinished files.
  void watch(std::vector<std::filesystem::path> paths);
  /// Why some can't be watched; empty: all are.
  const std::string& problem() const { return problem_; }

  /// Readable when there is something to take; -1 when nothing can be watched.
  int descriptor() const { return queue_.get(); }
  /// Takes all that happened; whether any of it counts.
  bool take_changes();

 private:
  /// What counts in one folder: everything, or some names.
  struct Place {
    bool everything = false;
    bool folders = false;  ///< those in it are watched too
    std::vector<std::string> names;
  };
  enum class Effect { none, changed, watch_anew };

  void watch_anew();
  /// Whether `path` is a folder, and watched.
  bool watch_path(const std::filesystem::path& path);
  void watch_folders_in(const std::filesystem::path& folder);
  Place* place_for(const std::filesystem::path& folder);
  Effect effect_of(int watch, unsigned mask, std::string_view name) const;

  std::vector<std::filesystem::path> paths_;
  UniqueFd queue_;
  std::unordered_map<int, Place> places_;
  std::string problem_;
};

}  // namespace patchstate
