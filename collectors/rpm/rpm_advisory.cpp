// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/rpm_advisory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"

namespace patchstate::rpm {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower_case_word(std::string_view text) {
  std::string word(trimmed(text));
  std::transform(word.begin(), word.end(), word.begin(), lower);
  return word;
}

template <class Value, std::size_t count>
Value value_of(const std::array<std::pair<std::string_view, Value>, count>& table, std::string_view text) {
  const std::string word = lower_case_word(text);
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == word; });
  return found == table.end() ? Value::unknown : found->second;
}

/// "CVE-2026-12345" at the front of `text`, or nothing. The number has four digits at least; 19 are more than there
/// are.
std::string_view cve_at(std::string_view text) {
  constexpr std::size_t kFewest = std::string_view("CVE-2026-1234").size();
  constexpr std::size_t kMost = std::string_view("CVE-2026-").size() + 19;
  if (text.size() < kFewest) return {};
  for (std::size_t i = 0; i < kFewest; ++i) {
    constexpr std::string_view kShape = "cve-0000-0000";
    if (kShape[i] == '0' ? !is_digit(text[i]) : lower(text[i]) != kShape[i]) return {};
  }
  std::size_t end = kFewest;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end > kMost ? std::string_view() : text.substr(0, end);
}

}  // namespace

Classification classification_of(std::string_view type) {
  using enum Classification;
  // updateinfo of Red Hat, Fedora, Amazon and Azure; patch categories of SUSE.
  static constexpr std::array kTypes = {
      std::pair{std::string_view("security"), security},    std::pair{std::string_view("bugfix"), bugfix},
      std::pair{std::string_view("recommended"), bugfix},   std::pair{std::string_view("enhancement"), enhancement},
      std::pair{std::string_view("optional"), enhancement}, std::pair{std::string_view("newpackage"), feature},
      std::pair{std::string_view("feature"), feature},      std::pair{std::string_view("document"), other},
      std::pair{std::string_view("yast"), other},           std::pair{std::string_view("other"), other}};
  return value_of(kTypes, type);
}

Severity severity_of(std::string_view text) {
  using enum Severity;
  static constexpr std::array kSeverities = {
      std::pair{std::string_view("critical"), critical}, std::pair{std::string_view("important"), important},
      std::pair{std::string_view("moderate"), moderate}, std::pair{std::string_view("medium"), moderate},
      std::pair{std::string_view("low"), low},           std::pair{std::string_view("none"), none}};
  return value_of(kSeverities, text);
}

std::optional<Time> advisory_time(std::string_view text) {
  text = trimmed(text);
  if (text.ends_with(" UTC") || text.ends_with(" GMT")) text = trimmed(text.substr(0, text.size() - 4));
  // Seconds since 1970, with a fraction where a tool written in Python made them.
  const auto number = text.substr(0, text.find('.'));
  if (!number.empty() && std::all_of(number.begin(), number.end(), is_digit)) {
    std::int64_t seconds = 0;
    constexpr std::int64_t kLast = 253'402'300'799;  // end of the year 9999
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
    if (error != std::errc() || seconds > kLast) return std::nullopt;
    return Time(std::chrono::seconds(seconds));
  }
  constexpr std::size_t kDay = std::string_view("2026-01-27").size();
  constexpr std::size_t kMinute = std::string_view("2026-01-27 16:08").size();
  std::string time(text);
  if (time.size() == kDay) time += "T00:00";
  if (time.size() > kDay && time[kDay] == ' ') time[kDay] = 'T';
  if (time.size() == kMinute) time += ":00";
  if (const auto parsed = parse_time(time)) return parsed;
  return parse_time(time + "Z");
}

std::vector<std::string> cves_in(std::string_view text) {
  std::vector<std::string> cves;
  std::unordered_set<std::string> seen;
  // By the dash: it is rarer than any letter.
  constexpr std::size_t kName = std::string_view("CVE").size();
  for (auto dash = text.find('-', kName); dash != std::string_view::npos; dash = text.find('-', dash + 1)) {
    std::string cve(cve_at(text.substr(dash - kName)));
    if (cve.empty()) continue;
    cve.replace(0, 3, "CVE");
    if (seen.insert(cve).second) cves.push_back(std::move(cve));
  }
  return cves;
}

}  // namespace patchstate::rpm
