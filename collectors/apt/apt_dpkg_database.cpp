// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_dpkg_database.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "collectors/collector.h"
#include "platform/files.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;

/// 80,000 packages of Debian take 100 MB; what is longer is not dpkg's.
constexpr std::int64_t kLargestStatus = 256LL << 20;

void count_records(const fs::path& status, DpkgDatabase& database) {
  constexpr std::string_view kField = "\nPackage:";
  std::ifstream in(status, std::ios::binary);
  std::string text = "\n";  // the first line stands after a line end too
  std::string block(1U << 18U, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    for (auto at = text.find(kField); at != std::string::npos; at = text.find(kField, at + kField.size()))
      ++database.records;
    database.ends_with_newline = text.back() == '\n';
    // Too short to hold a whole field, long enough for one that the next block completes.
    text.erase(0, text.size() - std::min(text.size(), kField.size() - 1));
  }
  if (in.bad()) throw std::system_error(std::make_error_code(std::errc::io_error), status.string());
}

bool is_journal_entry(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

DpkgDatabase read_dpkg_database(const fs::path& root) {
  DpkgDatabase database;
  const fs::path status = below(root, "/var/lib/dpkg/status");
  const FileStamp size = stamp(status);
  if (size.size < 0) return database;
  if (size.size > kLargestStatus)
    throw CollectorError(FailureKind::unparseable,
                         fmt::format("{} has {} bytes: that is no dpkg database", status.string(), size.size));
  std::error_code error;
  if (!fs::is_regular_file(status, error))
    throw CollectorError(FailureKind::unparseable, status.string() + " is not a regular file");
  database.there = true;
  count_records(status, database);
  for (fs::directory_iterator entry(below(root, "/var/lib/dpkg/info"), error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().native().ends_with(".list")) ++database.file_lists;
  database.journal_left = has_journal_left(root);
  return database;
}

bool has_journal_left(const fs::path& root) {
  std::error_code error;
  for (fs::directory_iterator entry(below(root, "/var/lib/dpkg/updates"), error), end; !error && entry != end;
       entry.increment(error))
    if (is_journal_entry(entry->path().filename().string())) return true;
  return false;
}

std::string read_status_file(const fs::path& root) {
  return read_file(below(root, "/var/lib/dpkg/status"), static_cast<std::size_t>(kLargestStatus));
}

}  // namespace patchstate::apt
