// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/file_watch.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "platform/windows/os_error.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

/// Nothing about reading: what is asked by a run must not cause the next.
constexpr DWORD kEvents = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME | FILE_NOTIFY_CHANGE_SIZE |
                          FILE_NOTIFY_CHANGE_LAST_WRITE;
constexpr int kMostSteps = 64;             ///< down a path that is being made while it is looked for
constexpr std::size_t kMostFolders = 40;   ///< one wait takes 64 handles
constexpr std::size_t kBufferWords = 512;  ///< what doesn't fit is told as "something"

bool is_same(std::wstring_view a, std::wstring_view b) {
  return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()), TRUE) ==
         CSTR_EQUAL;
}

bool is_passing(std::wstring_view name) {
  return name.ends_with(L".lock") || name.ends_with(L"-shm") || name.ends_with(L"-wal") || name.starts_with(L".#");
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// The nearest folder above `path` that is there, and the name in it that leads there.
std::pair<fs::path, std::wstring> nearest_folder(fs::path path) {
  std::wstring name;
  do {
    name = path.filename().wstring();
    path = path.parent_path();
  } while (!is_folder(path) && path.has_relative_path());
  return {path, name};
}

}  // namespace

/// A folder, and what counts in it: everything, or some names. The system writes into it until it is closed.
struct FileWatch::Place {
  fs::path path;
  bool everything = false;
  std::vector<std::wstring> names;
  UniqueHandle folder;
  UniqueHandle event;
  OVERLAPPED request{};
  std::array<DWORD, kBufferWords> buffer{};

  Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!asked_) return;
    ::CancelIoEx(folder.get(), &request);
    DWORD size = 0;
    ::GetOverlappedResult(folder.get(), &request, &size, TRUE);
  }

  /// False: the folder can't be watched, or no longer.
  bool ask() {
    request = OVERLAPPED{};
    request.hEvent = event.get();
    asked_ = ::ReadDirectoryChangesW(folder.get(), buffer.data(), static_cast<DWORD>(sizeof buffer), FALSE, kEvents,
                                     nullptr, &request, nullptr) != 0;
    return asked_;
  }

  /// Bytes in the buffer; 0: more than it holds, or the folder is gone.
  DWORD take() {
    DWORD size = 0;
    asked_ = false;
    return ::GetOverlappedResult(folder.get(), &request, &size, TRUE) != 0 ? size : 0;
  }

  Effect effect_of(DWORD action, std::wstring_view name) const {
    const bool is_waited_for =
        std::any_of(names.begin(), names.end(), [&](const auto& waited) { return is_same(waited, name); });
    // A name that was waited for may be a folder now.
    if (is_waited_for) return action == FILE_ACTION_MODIFIED ? Effect::changed : Effect::watch_anew;
    return everything && !is_passing(name) ? Effect::changed : Effect::none;
  }

 private:
  bool asked_ = false;
};

FileWatch::FileWatch() = default;
FileWatch::~FileWatch() = default;

void FileWatch::watch(std::vector<fs::path> paths) {
  paths_ = std::move(paths);
  watch_anew();
}

void FileWatch::watch_anew() {
  places_.clear();
  problem_.clear();
  for (const auto& path : paths_) watch_path(path);
}

void FileWatch::watch_path(const fs::path& path) {
  for (int step = 0; step < kMostSteps; ++step) {
    if (is_folder(path)) {
      if (auto* const place = place_for(path)) place->everything = true;
      return;
    }
    const auto [folder, name] = nearest_folder(path);
    auto* const place = place_for(folder);
    if (place == nullptr) return;
    place->names.push_back(name);
    // It may have come before the watch was set.
    if (!is_folder(path) && nearest_folder(path).first == folder) return;
  }
}

/// nullptr: it can't be watched.
FileWatch::Place* FileWatch::place_for(const fs::path& folder) {
  for (const auto& place : places_)
    if (is_same(place->path.native(), folder.native())) return place.get();
  if (places_.size() == kMostFolders) {
    problem_ = fmt::format("only {} folders are watched; {} is not", kMostFolders, narrow(folder.native()));
    return nullptr;
  }
  auto place = std::make_unique<Place>();
  place->path = folder;
  place->event.reset(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  // Whoever wants to delete or rename it may.
  place->folder = UniqueHandle(::CreateFileW(
      api_path(folder).c_str(), FILE_LIST_DIRECTORY, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
      OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, nullptr));
  if (!place->event || !place->folder || !place->ask()) {
    problem_ = os_error(::GetLastError(), "cannot watch", folder).what();
    return nullptr;
  }
  places_.push_back(std::move(place));
  return places_.back().get();
}

std::vector<HANDLE> FileWatch::events() const {
  std::vector<HANDLE> events;
  for (const auto& place : places_) events.push_back(place->event.get());
  return events;
}

FileWatch::Effect FileWatch::take_place(Place& place) {
  if (::WaitForSingleObject(place.event.get(), 0) != WAIT_OBJECT_0) return Effect::none;
  Effect effect = Effect::none;
  const DWORD size = place.take();
  const auto* const bytes = reinterpret_cast<const std::byte*>(place.buffer.data());
  for (std::size_t at = 0; size != 0;) {
    FILE_NOTIFY_INFORMATION entry{};
    constexpr auto kNameAt = offsetof(FILE_NOTIFY_INFORMATION, FileName);
    std::memcpy(&entry, bytes + at, kNameAt);
    std::wstring name(entry.FileNameLength / sizeof(wchar_t), L'\0');
    std::memcpy(name.data(), bytes + at + kNameAt, name.size() * sizeof(wchar_t));
    effect = std::max(effect, place.effect_of(entry.Action, name));
    if (entry.NextEntryOffset == 0) break;
    at += entry.NextEntryOffset;
  }
  return size == 0 || !place.ask() ? Effect::watch_anew : effect;
}

bool FileWatch::take_changes() {
  Effect effect = Effect::none;
  for (const auto& place : places_) effect = std::max(effect, take_place(*place));
  if (effect == Effect::watch_anew) watch_anew();
  return effect != Effect::none;
}

}  // namespace patchstate
