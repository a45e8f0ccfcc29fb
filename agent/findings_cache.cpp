// SPDX-License-Identifier: Apache-2.0
#include "agent/findings_cache.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "agent/version.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/hash.h"
#include "platform/own_folder.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kLongest{6};
constexpr std::size_t kMaxFile = 64U << 20U;

std::string key_of(const CollectorChoice& choice) {
  return sha256_hex(fmt::format("{}\n{}\n{}", agent_version(), choice.source, choice.fingerprint));
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

std::string to_text(const Assessment& kept, std::string_view key, Time until) {
  return fmt::format("{} {} {}\n{}", key, kept.started.time_since_epoch().count(), until.time_since_epoch().count(),
                     to_json(kept));
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
  try {
    const std::string text = read_file(file, kMaxFile);
    const auto line_end = text.find('\n');
    const std::string_view whole = text;
    if (line_end == std::string::npos || !answers(whole.substr(0, line_end), key_of(choice), now)) return std::nullopt;
    auto kept = assessment_from_json(whole.substr(line_end + 1));
    if (kept.sources.size() != 1 || kept.sources[0].name != choice.source) return std::nullopt;
    auto* findings = std::get_if<Findings>(&kept.sources[0].outcome);
    return findings == nullptr ? std::nullopt : std::optional(std::move(*findings));
  } catch (const std::invalid_argument&) {
    return std::nullopt;  // damaged
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

void FindingsCache::keep(const CollectorChoice& choice, const Findings& findings, Time now) const {
  if (folder_.empty() || choice.fingerprint.empty() || !is_whole(findings)) return;
  Assessment kept;
  kept.started = now;
  kept.sources.push_back({choice.source, choice.service, {}, findings});
  try {
    write_atomically(file_of(choice), to_text(kept, key_of(choice), good_until(findings, now)), 0600);
  } catch (const std::system_error&) {
    // A full or read-only disk: the next run asks the tool again.
    return;
  }
}

}  // namespace patchstate
