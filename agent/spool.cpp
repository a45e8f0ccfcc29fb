// SPDX-License-Identifier: Apache-2.0
#include "agent/spool.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/core.h>

#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kHeartbeat = ".heartbeat.json";
constexpr const char* kAside = "rejected";
constexpr const char* kLastState = "last-state";
constexpr std::size_t kNumberDigits = 12;
constexpr std::size_t kMostRejected = 20;
constexpr std::size_t kMaxCount = 64;

/// "000000000017-961afb2e-….json", or "….heartbeat.json": what else lies in the folder is not a report.
bool is_report(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto digits = std::string_view(name).substr(0, kNumberDigits);
  return name.size() > kNumberDigits + kSuffix.size() && name[kNumberDigits] == '-' && name.ends_with(kSuffix) &&
         digits.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_heartbeat(const fs::path& report) {
  return report.filename().string().ends_with(kHeartbeat);
}

std::vector<fs::path> in_order(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (is_report(entry->path())) found.push_back(entry->path());
  if (error && error != std::errc::no_such_file_or_directory)
    throw std::system_error(error, "cannot read the folder " + folder.string());
  std::sort(found.begin(), found.end());
  return found;
}

std::uint64_t number_of(const fs::path& report) {
  const std::string name = report.filename().string();
  std::uint64_t number = 0;
  std::from_chars(name.data(), name.data() + kNumberDigits, number);
  return number;
}

/// 0 when it is gone meanwhile.
std::uintmax_t size_of(const fs::path& report) {
  std::error_code gone;
  const auto size = fs::file_size(report, gone);
  return gone ? 0 : size;
}

/// Files that a killed run left half written; nobody else writes while somebody puts.
void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (entry->path().filename().native().starts_with('.')) {
      std::error_code ignored;
      fs::remove(entry->path(), ignored);
    }
}

void make_private_folder(const fs::path& folder) {
  if (fs::create_directories(folder)) fs::permissions(folder, fs::perms::owner_all);
}

}  // namespace

bool is_recent(std::chrono::sys_seconds written, std::chrono::sys_seconds now) {
  return now - written > -std::chrono::minutes{1} && now - written < kFullEvery;
}

Spool::Spool(fs::path folder, SpoolLimits limits) : folder_(std::move(folder)), limits_(limits) {}

fs::path Spool::prepare(std::uintmax_t bytes, std::string_view name) {
  make_private_folder(folder_);
  remove_leftovers(folder_);
  make_room(bytes);
  std::uint64_t number = 1;
  for (const auto& before : {reports(), in_order(folder_ / kAside)})
    if (!before.empty()) number = std::max(number, number_of(before.back()) + 1);
  return folder_ / fmt::format("{:012}-{}", number, name);
}

fs::path Spool::put(ReportForm form, std::string_view json, std::string_view activity_id) {
  const auto ending = form == ReportForm::heartbeat ? kHeartbeat : kSuffix;
  auto path = prepare(json.size(), fmt::format("{}{}", activity_id, ending));
  // The folder is private; the file may get another name elsewhere (add_name), which others may read.
  write_durably(path, json, 0644);
  return path;
}

void Spool::put_again(const fs::path& report) {
  const std::string name = report.filename().string();
  add_name(report, prepare(size_of(report), std::string_view(name).substr(kNumberDigits + 1)));
}

std::vector<fs::path> Spool::reports() const {
  return in_order(folder_);
}

void Spool::remove(const fs::path& report) {
  fs::remove(report);
}

void Spool::quarantine(const fs::path& report, std::string_view reason) {
  const auto aside = folder_ / kAside;
  make_private_folder(aside);
  fs::rename(report, aside / report.filename());
  write_atomically(aside / (report.filename().string() + ".reason"), fmt::format("{}\n", reason), 0600);
  auto rejected = in_order(aside);
  for (std::size_t surplus = rejected.size() - std::min(rejected.size(), kMostRejected); surplus > 0; --surplus) {
    const auto& oldest = rejected[surplus - 1];
    fs::remove(oldest);
    fs::remove(oldest.string() + ".reason");
  }
}

void Spool::make_room(std::uintmax_t bytes) {
  auto waiting = reports();
  std::stable_partition(waiting.begin(), waiting.end(), is_heartbeat);
  std::uintmax_t used = bytes;
  for (const auto& report : waiting) used += size_of(report);
  std::uint64_t gone = 0;
  for (const auto& report : waiting) {
    if (waiting.size() - gone < limits_.reports && used <= limits_.bytes) break;
    used -= size_of(report);
    ++gone;
  }
  if (gone == 0) return;
  // Counted before they go: a loss that is told of twice is better than one that nobody hears of.
  write_durably(folder_ / "lost", std::to_string(lost() + gone), 0600);
  for (std::size_t i = 0; i < gone; ++i) fs::remove(waiting[i]);
}

bool Spool::knows(std::string_view state_hash, std::chrono::sys_seconds now) const {
  const auto file = folder_ / kLastState;
  const auto times = file_times(file);
  if (!times || state_hash.empty() || !is_recent(times->modified, now)) return false;
  return read_file_if_there(file, kMaxCount + state_hash.size()) == state_hash;
}

void Spool::remember(std::string_view state_hash) {
  write_atomically(folder_ / kLastState, state_hash, 0600);
}

std::uint64_t Spool::lost() const {
  const auto text = read_file_if_there(folder_ / "lost", kMaxCount);
  std::uint64_t count = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), count);
  return count;
}

fs::path queue_folder(const fs::path& state_folder, std::string_view name) {
  return state_folder / "spool" / name;
}

void Spool::told_of(std::uint64_t lost_before) {
  if (lost_before == 0) return;
  const auto now = lost();
  if (now > lost_before)
    write_durably(folder_ / "lost", std::to_string(now - lost_before), 0600);
  else
    fs::remove(folder_ / "lost");
}

}  // namespace patchstate
