// SPDX-License-Identifier: Apache-2.0
#include "agent/findings_cache.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/core.h>

#include "agent/findings_text.h"
#include "agent/version.h"
#include "platform/files.h"
#include "platform/hash.h"
#include "platform/own_folder.h"
#include "platform/paths.h"
#include "platform/program_start.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kLongest{6};
constexpr std::size_t kMaxFile = 64U << 20U;
/// Bytes of memory that findings and their text take, for each byte of the text.
constexpr std::size_t kMemoryOfByte = 4;
constexpr std::size_t kMostMemory = 16U << 20U;

/// Another build of this program may have other rules, or another form of this file.
std::string key_of(const CollectorChoice& choice) {
  const auto program = stamp(own_program());
  return sha256_hex(fmt::format("{} {} {} {}\n{}\n{}", agent_version(), program.inode, program.size, program.mtime_ns,
                                choice.source, choice.fingerprint));
}

bool is_whole(const Findings& findings) {
  return std::none_of(findings.warnings.begin(), findings.warnings.end(), [](const auto& w) { return w.incomplete; });
}

Time good_until(const Findings& findings, Time now) {
  Time until = now + kLongest;
  for (const auto& repository : findings.metadata.repositories)
    if (repository.valid_until && *repository.valid_until > now) until = std::min(until, *repository.valid_until);
  return until;
}

/// With thousands of updates page faults are half of what an unchanged run costs.
void take_memory_for(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (!error) take_memory(std::min<std::uintmax_t>(size, kMostMemory / kMemoryOfByte) * kMemoryOfByte);
}

/// "KEY KEPT_AT GOOD_UNTIL": anything else, and any other key or time, is a cache that does not answer.
bool answers(std::string_view head, std::string_view key, Time now) {
  if (!head.starts_with(key) || head.size() <= key.size()) return false;
  const char* const end = head.data() + head.size();
  std::int64_t kept = 0;
  std::int64_t until = 0;
  const auto first = std::from_chars(head.data() + key.size() + 1, end, kept);
  if (first.ec != std::errc{} || first.ptr == end) return false;
  const auto second = std::from_chars(first.ptr + 1, end, until);
  const auto at = now.time_since_epoch().count();
  return second.ec == std::errc{} && second.ptr == end && kept <= at && at < until &&
         until - kept <= std::chrono::seconds{kLongest}.count();
}

}  // namespace

fs::path cache_folder_for(const fs::path& root) {
  const auto all = cache_folder();
  if (all.empty() || !make_own_folder(all)) return {};
  std::error_code error;
  const auto real_root = fs::canonical(root, error);
  if (error) return {};
  auto folder = all / sha256_hex(real_root.string()).substr(0, 16);
  return make_own_folder(folder) ? folder : fs::path{};
}

FindingsCache::FindingsCache(fs::path folder) : folder_(std::move(folder)) {}

fs::path FindingsCache::file_of(const CollectorChoice& choice) const {
  return folder_ / fmt::format("findings-{}", choice.source);
}

std::optional<Findings> FindingsCache::find(const CollectorChoice& choice, Time now) const {
  if (folder_.empty() || choice.fingerprint.empty()) return std::nullopt;
  const auto file = file_of(choice);
  if (!is_only_ours(folder_) || !is_only_ours(file)) return std::nullopt;
  take_memory_for(file);
  try {
    const std::string text = read_file(file, kMaxFile);
    const auto line_end = text.find('\n');
    const std::string_view whole = text;
    if (line_end == std::string::npos || !answers(whole.substr(0, line_end), key_of(choice), now)) return std::nullopt;
    return findings_from_text(whole.substr(line_end + 1));
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

void FindingsCache::keep(const CollectorChoice& choice, const Findings& findings, Time now) const {
  if (folder_.empty() || choice.fingerprint.empty() || !is_whole(findings)) return;
  const auto until = good_until(findings, now);
  try {
    write_atomically(file_of(choice),
                     fmt::format("{} {} {}\n{}", key_of(choice), now.time_since_epoch().count(),
                                 until.time_since_epoch().count(), to_text(findings)),
                     0600);
  } catch (const std::system_error&) {
    // A full or read-only disk: the next run asks the tool again.
    return;
  }
}

}  // namespace patchstate
