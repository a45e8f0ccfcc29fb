// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/file_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/core.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace patchstate {
namespace {

namespace fs = std::filesystem;

/// Nothing about reading: what is asked by a run must not cause the next.
constexpr std::uint32_t kEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::uint32_t kFolderGone = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;
constexpr int kMostSteps = 64;     ///< down a path that is being made while it is looked for
constexpr int kMostFolders = 500;  ///< of one FOLDER/*; old kernels give a user 8192 watches in all

/// Also what databases keep beside themselves: root opens SQLite's (-shm, -wal) and Berkeley DB's (__db.001) for
/// writing to read. Who writes closes the database itself.
bool is_passing(std::string_view name) {
  return name == "lock" || name == "lock-frontend" || name == "partial" || name.ends_with(".lock") ||
         name.ends_with("-shm") || name.ends_with("-wal") || name.starts_with("__db.") || name.starts_with(".#");
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// The nearest folder above `path` that is there, and the name in it that leads there.
std::pair<fs::path, std::string> nearest_folder(fs::path path) {
  std::string name;
  do {
    name = path.filename().string();
    path = path.parent_path();
  } while (!is_folder(path) && path.has_relative_path());
  return {path, name};
}

}  // namespace

void FileWatch::watch(std::vector<fs::path> paths) {
  paths_ = std::move(paths);
  watch_anew();
}

/// With a new queue, so that no event of an earlier watch is taken for one of these.
void FileWatch::watch_anew() {
  places_.clear();
  problem_.clear();
  queue_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!queue_) problem_ = std::string("cannot watch files: ") + std::strerror(errno);
  for (const auto& path : paths_)
    if (queue_ && path.filename() == "*")
      watch_folders_in(path.parent_path());
    else if (queue_)
      watch_path(path);
}

void FileWatch::watch_folders_in(const fs::path& folder) {
  if (!watch_path(folder)) return;
  // From here on a new one is an event.
  if (auto* const place = place_for(folder)) place->folders = true;
  int watched = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!is_folder(entry->path()) || is_passing(entry->path().filename().string())) continue;
    if (watched++ < kMostFolders) watch_path(entry->path());
  }
  if (watched > kMostFolders)
    problem_ = fmt::format("only {} of the {} folders in {} are watched", kMostFolders, watched, folder.string());
  if (error && error != std::errc::no_such_file_or_directory)
    problem_ = fmt::format("cannot watch the folders in {}: {}", folder.string(), error.message());
}

bool FileWatch::watch_path(const fs::path& path) {
  for (int step = 0; step < kMostSteps; ++step) {
    if (is_folder(path)) {
      if (auto* const place = place_for(path)) {
        place->everything = true;
        return true;
      }
      if (is_folder(path)) return false;  // it may not be looked at
    }
    const auto [folder, name] = nearest_folder(path);
    auto* const place = place_for(folder);
    if (place != nullptr) place->names.push_back(name);
    // It may have come before the watch was set, or the folder may have gone again.
    const auto again = nearest_folder(path);
    if (!is_folder(path) && again.first == folder) return false;
  }
  return false;
}

FileWatch::Place* FileWatch::place_for(const fs::path& folder) {
  const int watch = ::inotify_add_watch(queue_.get(), folder.c_str(), kEvents);
  if (watch >= 0) return &places_[watch];
  if (errno != ENOENT && errno != ENOTDIR) problem_ = "cannot watch " + folder.string() + ": " + std::strerror(errno);
  return nullptr;
}

FileWatch::Effect FileWatch::effect_of(int watch, unsigned mask, std::string_view name) const {
  if ((mask & IN_Q_OVERFLOW) != 0) return Effect::watch_anew;
  const auto found = places_.find(watch);
  if (found == places_.end()) return Effect::none;
  if ((mask & kFolderGone) != 0) return Effect::watch_anew;
  constexpr unsigned kCame = IN_CREATE | IN_MOVED_TO;
  if (found->second.folders && (mask & IN_ISDIR) != 0 && (mask & kCame) != 0 && !is_passing(name))
    return Effect::watch_anew;
  const auto& names = found->second.names;
  // A name that was waited for may be a folder now.
  const bool appears = (mask & IN_CLOSE_WRITE) == 0;
  if (std::find(names.begin(), names.end(), name) != names.end()) return appears ? Effect::watch_anew : Effect::changed;
  return found->second.everything && !is_passing(name) ? Effect::changed : Effect::none;
}

bool FileWatch::take_changes() {
  Effect effect = Effect::none;
  alignas(inotify_event) std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(queue_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (const char* at = buffer.data(); at < buffer.data() + got;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(at);
      const char* const name = at + sizeof(inotify_event);
      const std::string_view text(name, event->len == 0 ? 0 : ::strnlen(name, event->len));
      effect = std::max(effect, effect_of(event->wd, event->mask, text));
      at = name + event->len;
    }
  }
  if (effect == Effect::watch_anew) watch_anew();
  return effect != Effect::none;
}

}  // namespace patchstate
