// SPDX-License-Identifier: Apache-2.0
// Files: bounded reads, durable writes, stamps. Everything throws std::system_error with the path in its text.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchstate {

/// Whole content. Throws: not there, not a regular file (a FIFO is never opened), or longer than `max_bytes` (EFBIG).
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = 16U << 20U);
/// Like read_file, nullopt when the file (or a folder above it) does not exist; other errors throw.
std::optional<std::string> read_file_if_there(const std::filesystem::path& path, std::size_t max_bytes = 16U << 20U);
/// The first `max_bytes` at most; longer files are simply cut.
std::string read_head(const std::filesystem::path& path, std::size_t max_bytes);

/// Temporary file in the same folder, fsync, rename, fsync of the folder: afterwards the path holds either the old or
/// the new content, whatever happens. The old file stays on every error (disk full, read-only). Throws EINVAL where
/// something else than a regular file is there: /dev/stdout, a link. What root writes belongs to the owner of the
/// folder.
void write_durably(const std::filesystem::path& path, std::string_view content, unsigned mode = 0644);
/// Gives `file`, which is on disk already, one more name, durably, in place of what had that name; where the file
/// system has no such names the content is written again. Nobody may write into either afterwards, only replace it.
void add_name(const std::filesystem::path& file, const std::filesystem::path& name);
/// write_durably without the fsyncs, for what may be lost (caches).
void write_atomically(const std::filesystem::path& path, std::string_view content, unsigned mode = 0644);

/// Path `p` of the assessed system, below `root`. Symbolic links in between are the caller's risk only for reading: use
/// `resolve_in_root` for a path that may be an absolute link inside an image.
std::filesystem::path below(const std::filesystem::path& root, std::string_view p);
/// Follows symbolic links as the system below `root` would (an absolute link starts at `root`, ".." stops there).
std::filesystem::path resolve_in_root(const std::filesystem::path& root, std::string_view p);
/// Whether there is something at `p`, followed in that way. Never throws: what can't be reached is not there.
bool is_in_root(const std::filesystem::path& root, std::string_view p);

/// What identifies a version of a file without reading it (ctime left out on purpose: readers change it; linux.md §5).
struct FileStamp {
  std::uint64_t inode = 0;
  std::int64_t size = -1;  ///< -1: not there
  std::int64_t mtime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};
/// Never throws: a path that can't be looked at is "not there".
FileStamp stamp(const std::filesystem::path& path);

/// Stamps of every regular file directly in `folder` (so not `partial`), names sorted, without `lock`; one line each.
/// A missing folder is the empty text, an unreadable one a line that says so. Never throws.
std::string stamp_folder(const std::filesystem::path& folder);

struct FileTimes {
  std::chrono::sys_seconds modified;
  std::chrono::sys_seconds changed;  ///< ctime
};
std::optional<FileTimes> file_times(const std::filesystem::path& path);

/// An exclusive lock on a file (created when missing), released by the destructor or by death.
class FileLock {
 public:
  /// nullopt when another process holds it. Throws std::system_error when the file can't be opened.
  static std::optional<FileLock> try_lock(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(std::intptr_t file) : file_(file) {}
  std::intptr_t file_ = -1;  ///< the system's number of the open file
};

}  // namespace patchstate
