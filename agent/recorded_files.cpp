// SPDX-License-Identifier: Apache-2.0
#include "agent/recorded_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include <fmt/core.h>

#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 512U << 10U;
/// As much as a machine with every package has.
constexpr std::size_t kMaxStatusOfInterrupted = 128U << 20U;

constexpr std::array<std::string_view, 10> kFiles{
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/machine-id",
    "/etc/apt/sources.list",
    "/etc/apt/apt.conf",
    "/etc/apt/preferences",
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/arch",
    "/var/lib/apt/extended_states",
    "/var/lib/ubuntu-advantage/status.json",
};
// Not auth.conf.d: it holds nothing but passwords.
constexpr std::array<std::string_view, 7> kFolders{
    "/etc/apt/sources.list.d",
    "/etc/apt/apt.conf.d",
    "/etc/apt/preferences.d",
    "/var/lib/apt/lists",
    "/var/lib/apt/lists/partial",
    "/var/lib/dpkg/updates",
    "/var/lib/ubuntu-advantage/apt-esm/etc/apt",
};

Time modified(const fs::path& path) {
  const auto times = file_times(path);
  return times ? times->modified : Time{};
}

/// apt's lists, but not the Release files among them: large, and what is in them the tools have said.
bool is_list(std::string_view path) {
  return path.starts_with("/var/lib/apt/lists/") && path.find("Release") == std::string_view::npos;
}

/// Of an index of packages collectors look at the size and the end: without it, or with an empty one in its place, the
/// machine would seem never to have fetched it, or to have a torn one.
void add_index(const fs::path& real, const std::string& path, std::vector<FileToRecord>& files) {
  const auto size = stamp(real).size;
  if (size < 0 || path.find("Packages") == std::string::npos) return;
  RecordedFile index{path, RecordedFile::Kind::index, modified(real), static_cast<std::uint64_t>(size)};
  std::ifstream in(real, std::ios::binary);
  index.ends_with_newline = size > 0 && in.seekg(-1, std::ios::end) && in.get() == '\n';
  files.push_back({std::move(index), {}});
}

/// Where dpkg was interrupted, collectors read its status file too, and not only that it is there.
std::size_t most_of(const fs::path& root, std::string_view path) {
  if (path != "/var/lib/dpkg/status") return kMaxFile;
  std::error_code error;
  const fs::directory_iterator journal(resolve_in_root(root, "/var/lib/dpkg/updates"), error);
  return error || journal == fs::directory_iterator() ? kMaxFile : kMaxStatusOfInterrupted;
}

void add_file(const fs::path& root, const std::string& path, std::vector<FileToRecord>& files) {
  const auto real = resolve_in_root(root, path);
  try {
    FileToRecord file{{path, RecordedFile::Kind::file, modified(real)}, {}};
    const auto size = stamp(real).size;
    if (is_list(path)) return add_index(real, path, files);
    const auto most = most_of(root, path);
    if (size >= 0 && static_cast<std::size_t>(size) <= most) {
      file.content = read_file(real, most);
      if (file.content.find('\0') != std::string::npos) file.content.clear();
    }
    files.push_back(std::move(file));
  } catch (const std::system_error&) {
    return;  // a collector can't read it either
  }
}

void add_folder(const fs::path& root, const std::string& path, std::vector<FileToRecord>& files) {
  const auto real = resolve_in_root(root, path);
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(real, error), end; !error && entry != end; entry.increment(error))
    if (entry->is_regular_file(error)) names.push_back(entry->path().filename().string());
  if (error) return;
  std::sort(names.begin(), names.end());
  for (const auto& name : names)
    if (name != "lock") add_file(root, fmt::format("{}/{}", path, name), files);
  files.push_back({{path + "/", RecordedFile::Kind::folder, modified(real)}, {}});
}

bool is_path_character(char c) {
  return c == '/' || c == '.' || c == '-' || c == '_' || c == '}' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

/// `prefix` becomes "{root}" + `replacement` where it begins a path.
std::string at_path_starts(std::string_view text, std::string_view prefix, std::string_view replacement) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, from)) {
    out += text.substr(from, at - from);
    const bool starts = out.empty() || !is_path_character(out.back());
    if (starts) out.append(kRecordedRoot).append(replacement);
    if (!starts) out += prefix;
    from = at + prefix.size();
  }
  return out += text.substr(from);
}

}  // namespace

std::vector<FileToRecord> files_to_record(const fs::path& root) {
  std::vector<FileToRecord> files;
  for (const auto path : kFiles)
    if (stamp(resolve_in_root(root, path)).size >= 0) add_file(root, std::string(path), files);
  for (const auto path : kFolders) add_folder(root, std::string(path), files);
  return files;
}

std::string with_recorded_root(std::string_view text, const fs::path& root) {
  if (root != "/") return at_path_starts(text, root.string(), {});
  if (text == "/") return std::string(kRecordedRoot);
  std::string out(text);
  for (const std::string_view folder : {"/etc/apt/", "/var/lib/apt/", "/var/lib/dpkg/"})
    out = at_path_starts(out, folder, folder);
  return out;
}

}  // namespace patchstate
