// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <string>

#include <windows.h>
#include <fmt/core.h>

#include "platform/files.h"
#include "platform/hash.h"
#include "platform/windows/access_list.h"
#include "platform/windows/os_error.h"
#include "platform/windows/unique_handle.h"
#include "platform/windows/wide.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

enum class Durability { may_be_lost, synced };

constexpr std::size_t kLargestCopy = 64U << 20U;
constexpr DWORD kLargestWrite = 1U << 20U;

/// A file name has at most 255 characters; the end of a long one is left out.
fs::path temporary_name(const fs::path& target) {
  const auto name = target.filename().wstring().substr(0, 150);
  return target.parent_path() /
         (L"." + name + wide(fmt::format(".{}.{}", ::GetCurrentProcessId(), random_uuid().substr(0, 8))));
}

/// Moving something over a folder, a link or a device ("NUL") is not what was asked for.
void require_replaceable(const fs::path& path) {
  if (!path.has_filename()) throw errno_error(EINVAL, "cannot write", path);
  wchar_t full[64];
  const DWORD length = ::GetFullPathNameW(path.c_str(), 64, full, nullptr);
  if (length > 0 && length < 64 && std::wstring_view(full).starts_with(L"\\\\.\\"))
    throw errno_error(EINVAL, "cannot replace what is not a regular file:", path);
  WIN32_FIND_DATAW found{};
  const HANDLE search = ::FindFirstFileW(api_path(path).c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_FILE_NOT_FOUND) return;
    throw os_error(error, "cannot write", path);
  }
  ::FindClose(search);
  if ((found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && IsReparseTagNameSurrogate(found.dwReserved0))
    throw errno_error(EINVAL, "cannot replace what is not a regular file:", path);
  if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
    throw errno_error(EISDIR, "cannot replace what is not a regular file:", path);
}

/// Whoever reads the old file (a scanner for viruses, an indexer) may keep it from being replaced for a moment.
bool move_over(const fs::path& from, const fs::path& to, Durability durability) {
  constexpr int kMostTries = 10;
  const DWORD flags = MOVEFILE_REPLACE_EXISTING | (durability == Durability::synced ? MOVEFILE_WRITE_THROUGH : 0U);
  for (int attempt = 1;; ++attempt) {
    if (::MoveFileExW(api_path(from).c_str(), api_path(to).c_str(), flags) != 0) return true;
    const DWORD error = ::GetLastError();
    const bool may_pass = error == ERROR_SHARING_VIOLATION || error == ERROR_ACCESS_DENIED;
    if (!may_pass || attempt == kMostTries) return false;
    ::Sleep(static_cast<DWORD>(10 * attempt));
    ::SetLastError(error);
  }
}

/// The new content beside its final name; gone again unless it was moved there.
class TemporaryFile {
 public:
  TemporaryFile(const fs::path& target, unsigned mode) : target_(target), name_(temporary_name(target)) {
    // A file that is for its owner only is so from the beginning; others have what their folder gives them.
    OwnAccess own(OwnAccess::Of::file);
    const bool for_others = (mode & 077U) != 0;
    file_ = UniqueHandle(::CreateFileW(api_path(name_).c_str(), GENERIC_WRITE, FILE_SHARE_READ,
                                       for_others ? nullptr : own.attributes(), CREATE_NEW, FILE_ATTRIBUTE_NORMAL,
                                       nullptr));
    if (!file_) fail();
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    file_.reset();
    if (!moved_) ::DeleteFileW(api_path(name_).c_str());
  }

  void write(std::string_view content) {
    while (!content.empty()) {
      DWORD written = 0;
      const auto piece = static_cast<DWORD>(std::min<std::size_t>(content.size(), kLargestWrite));
      if (::WriteFile(file_.get(), content.data(), piece, &written, nullptr) == 0) fail();
      content.remove_prefix(written);
    }
  }
  void sync() {
    if (::FlushFileBuffers(file_.get()) == 0) fail();
  }
  void move_into_place(Durability durability) {
    file_.reset();
    if (!move_over(name_, target_, durability)) fail();
    moved_ = true;
  }

 private:
  [[noreturn]] void fail() const { throw os_error(::GetLastError(), "cannot write", target_); }

  const fs::path& target_;
  fs::path name_;
  UniqueHandle file_;
  bool moved_ = false;
};

void replace(const fs::path& path, std::string_view content, unsigned mode, Durability durability) {
  require_replaceable(path);
  TemporaryFile temporary(path, mode);
  temporary.write(content);
  if (durability == Durability::synced) temporary.sync();
  temporary.move_into_place(durability);
}

/// Another volume, one without such names (FAT), or one name too many.
bool has_no_further_names(DWORD error) {
  return error == ERROR_NOT_SAME_DEVICE || error == ERROR_INVALID_FUNCTION || error == ERROR_NOT_SUPPORTED ||
         error == ERROR_TOO_MANY_LINKS || error == ERROR_ACCESS_DENIED;
}

}  // namespace

void write_durably(const fs::path& path, std::string_view content, unsigned mode) {
  replace(path, content, mode, Durability::synced);
}

void add_name(const fs::path& file, const fs::path& name) {
  require_replaceable(name);
  const auto temporary = temporary_name(name);
  if (::CreateHardLinkW(api_path(temporary).c_str(), api_path(file).c_str(), nullptr) == 0) {
    const DWORD error = ::GetLastError();
    if (!has_no_further_names(error)) throw os_error(error, "cannot write", name);
    return replace(name, read_file(file, kLargestCopy), 0644, Durability::synced);
  }
  const bool moved = move_over(temporary, name, Durability::synced);
  const DWORD error = ::GetLastError();
  // Also where it was moved over another name of the same file: then both may be left.
  ::DeleteFileW(api_path(temporary).c_str());
  if (!moved) throw os_error(error, "cannot write", name);
}

void write_atomically(const fs::path& path, std::string_view content, unsigned mode) {
  replace(path, content, mode, Durability::may_be_lost);
}

}  // namespace patchstate
