// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/end_of_support.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/host/os_release.h"

namespace patchstate {
namespace {

using OsRelease = std::map<std::string, std::string>;

/// Raspbian rebuilds what Debian publishes.
BaseRelease release_of(const OsRelease& os_release) {
  if (value_of(os_release, "ID") != "raspbian") return base_release(os_release);
  return {"debian", value_of(os_release, "VERSION_CODENAME"), value_of(os_release, "VERSION_ID"), false};
}

/// "2026-06-10"
std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = -1;
    const char* end = text.data() + at + length;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc() && stop == end ? value : -1;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  return date.ok() ? std::optional(std::chrono::sys_days{date}) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// Rows of a table by the names of its first line; a row may be shorter than that line.
class Row {
 public:
  Row(const std::vector<std::string_view>& names, std::vector<std::string_view> cells)
      : names_(names), cells_(std::move(cells)) {}
  std::string_view operator[](std::string_view name) const {
    const auto at = static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
    return at < cells_.size() ? cells_[at] : std::string_view();
  }

 private:
  const std::vector<std::string_view>& names_;
  std::vector<std::string_view> cells_;
};

/// Version "22.04" of the row "22.04 LTS". By name where the system tells it: Debian's testing has no version.
bool is_about(const Row& row, const BaseRelease& release) {
  if (!release.codename.empty()) return row["series"] == release.codename;
  const auto version = row["version"];
  return !release.version.empty() && version.substr(0, version.find(' ')) == release.version;
}

// version,codename,series,created,release,eol,eol-lts,eol-elts
// 12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10,2028-06-30,2033-06-30
//
// version,codename,series,created,release,eol,eol-server,eol-esm,eol-legacy
// 22.04 LTS,Jammy Jellyfish,jammy,2021-10-14,2022-04-21,2027-06-01,2027-06-01,2032-04-09
std::optional<EndOfSupport> from_table(std::string_view csv, const BaseRelease& release,
                                       std::string_view longest_column) {
  const auto lines = split(csv, '\n');
  const auto names = split(lines.front(), ',');
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto line = lines[i].substr(0, lines[i].find('\r'));
    const Row row(names, split(line, ','));
    if (!is_about(row, release)) continue;
    for (const auto column : {longest_column, std::string_view("eol")}) {
      // The table names the last day, SUPPORT_END the first one after it.
      if (const auto last_day = parse_date(row[column]))
        return EndOfSupport{*last_day + std::chrono::days{1},
                            fmt::format("distro-info-data, {} of {}", column, clean_text(row["series"], 64))};
    }
  }
  return std::nullopt;
}

/// LTS is not made for every architecture of a release (wiki.debian.org/LTS). An unknown one is not suspected.
bool has_lts(std::string_view arch) {
  for (const std::string_view known : {"", "amd64", "i386", "arm64", "armhf", "ppc64el"})
    if (arch == known) return true;
  return false;
}

}  // namespace

std::string distro_info_table(const OsRelease& os_release) {
  const std::string distribution = release_of(os_release).distribution;
  return distribution == "debian" || distribution == "ubuntu" ? distribution + ".csv" : "";
}

std::optional<EndOfSupport> end_of_support(const OsRelease& os_release, std::string_view distro_info_csv,
                                           bool esm_enabled, std::string_view arch) {
  if (const auto first_day = parse_date(value_of(os_release, "SUPPORT_END")))
    return EndOfSupport{*first_day, "os-release SUPPORT_END"};
  const BaseRelease release = release_of(os_release);
  if (distro_info_table(os_release).empty()) return std::nullopt;
  const bool debian = release.distribution == "debian";
  const bool extended = debian ? has_lts(arch) : esm_enabled;
  return from_table(distro_info_csv, release, !extended ? "eol" : debian ? "eol-lts" : "eol-esm");
}

}  // namespace patchstate
