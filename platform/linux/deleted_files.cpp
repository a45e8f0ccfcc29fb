// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "platform/linux/small_file.h"
#include "platform/linux/unique_fd.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kDeleted = " (deleted)\n";

/// Where packages put libraries and programs. Anonymous memory and scratch files are mapped from elsewhere: /memfd:,
/// /tmp, /dev/shm, /run, /SYSV…, [aio].
bool from_a_package(std::string_view path) {
  for (const std::string_view folder : {"/usr/", "/lib/", "/lib32/", "/lib64/", "/libx32/", "/bin/", "/sbin/", "/opt/"})
    if (path.starts_with(folder)) return true;
  return false;
}

// 7f5d3c000000-7f5d3c155000 r-xp 00026000 fe:00 1312011                    /usr/lib/x86_64-linux-gnu/libc.so.6
// (deleted) 7f5d3e000000-7f5d3e001000 rw-s 00000000 00:01 2048                       /memfd:pulseaudio (deleted)
/// Path of the file, empty unless it is one from a package and mapped to be executed.
std::string_view deleted_program(std::string_view line) {
  const auto permissions = line.find(' ');
  const auto path = line.find('/');
  if (permissions == std::string_view::npos || path == std::string_view::npos || path < permissions + 5) return {};
  if (line[permissions + 3] != 'x' || line[path - 1] != ' ') return {};
  line.remove_prefix(path);
  line.remove_suffix(kDeleted.size() - 1);
  return from_a_package(line) ? line : std::string_view();
}

/// First deleted program or library in whole lines of maps. Most processes have none: one search tells.
std::string_view first_deleted(std::string_view lines) {
  for (auto hit = lines.find(kDeleted); hit != std::string_view::npos; hit = lines.find(kDeleted, hit + 1)) {
    const auto before = lines.rfind('\n', hit);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    const auto path = deleted_program(lines.substr(begin, hit + kDeleted.size() - 1 - begin));
    if (!path.empty()) return path;
  }
  return {};
}

class MapsReader {
 public:
  explicit MapsReader(Clock::time_point give_up) : buffer_(16U << 10U, '\0'), give_up_(give_up) {}

  enum class Outcome { read, no_memory, refused, gone, too_late };
  /// Reads maps of one process below `proc`; `found` is the first deleted file it executes, or empty. A kernel thread
  /// has neither program nor memory, and on a small machine most entries are kernel threads: asking for the program is
  /// the quickest way to see that (proc_pid_exe(5)).
  Outcome read(int proc, int pid, std::string& found) {
    char nothing = 0;
    if (::readlinkat(proc, fmt::format("{}/exe", pid).c_str(), &nothing, 1) < 0 && errno == ENOENT)
      return Outcome::no_memory;
    const UniqueFd fd(::openat(proc, fmt::format("{}/maps", pid).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return errno == EACCES || errno == EPERM ? Outcome::refused : Outcome::gone;
    std::size_t kept = 0;  // the piece of a line at the end of what was read before
    bool anything = false;
    while (true) {
      if (Clock::now() >= give_up_) return Outcome::too_late;
      const ssize_t got = ::read(fd.get(), buffer_.data() + kept, buffer_.size() - kept);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return errno == EACCES || errno == EPERM ? Outcome::refused : Outcome::gone;
      if (got == 0) return anything ? Outcome::read : Outcome::no_memory;
      anything = true;
      const std::string_view text(buffer_.data(), kept + static_cast<std::size_t>(got));
      const auto whole = text.rfind('\n') + 1;  // npos + 1 is 0: no whole line
      found = first_deleted(text.substr(0, whole));
      if (!found.empty()) return Outcome::read;
      kept = text.size() - whole;
      if (kept == buffer_.size()) kept = 0;  // no line of maps is that long
      std::memmove(buffer_.data(), buffer_.data() + whole, kept);
    }
  }

 private:
  std::string buffer_;
  Clock::time_point give_up_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

int process_number(const char* name) {
  int pid = 0;
  for (; *name >= '0' && *name <= '9' && pid < 100'000'000; ++name) pid = pid * 10 + (*name - '0');
  return *name == '\0' ? pid : 0;
}

}  // namespace

DeletedFileScan scan_deleted_files(const fs::path& proc, std::chrono::milliseconds deadline) {
  DeletedFileScan scan;
  MapsReader reader(Clock::now() + deadline);
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(proc.c_str()));
  scan.complete = folder != nullptr;
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    const int pid = process_number(entry->d_name);
    if (pid == 0) continue;
    std::string found;
    switch (reader.read(::dirfd(folder.get()), pid, found)) {
      case MapsReader::Outcome::read:
        ++scan.readable;
        if (!found.empty())
          scan.processes.push_back({pid, first_line(proc / std::to_string(pid) / "comm"), std::move(found)});
        break;
      case MapsReader::Outcome::refused:
        ++scan.unreadable;
        break;
      case MapsReader::Outcome::too_late:
        scan.complete = false;
        return scan;
      case MapsReader::Outcome::no_memory:
      case MapsReader::Outcome::gone:
        break;
    }
  }
  return scan;
}

}  // namespace patchstate
