// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_release.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "collectors/blanks.h"

namespace patchstate::apt {
namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \t\r"), text.size());
    if (end > 0) list.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return list;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "00:53:02" as seconds of the day.
std::optional<std::chrono::seconds> clock_time(std::string_view text) {
  if (text.size() < 7 || text.size() > 8) return std::nullopt;
  const auto colon = text.find(':');
  const auto second_colon = text.find(':', colon + 1);
  if (colon == std::string_view::npos || second_colon == std::string_view::npos) return std::nullopt;
  const auto hour = number(text.substr(0, colon));
  const auto minute = number(text.substr(colon + 1, second_colon - colon - 1));
  const auto second = number(text.substr(second_colon + 1));
  if (!hour || !minute || !second || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *second < 0 ||
      *second > 60)
    return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

std::optional<unsigned> month_number(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(kMonths.begin(), kMonths.end(), text);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

/// True when the field was a date that can't be read.
bool bad_date(std::string_view value, std::optional<Time>& into) {
  into = parse_release_date(value);
  return !into;
}

bool take_field(Release& release, std::string_view name, std::string_view value) {
  if (name == "Origin") release.origin = value;
  if (name == "Label") release.label = value;
  if (name == "Suite") release.suite = value;
  if (name == "Codename") release.codename = value;
  if (name == "Architectures") release.architectures = words(value);
  if (name == "Components") release.components = words(value);
  if (name == "Date") return !bad_date(value, release.date);
  if (name == "Valid-Until") return !bad_date(value, release.valid_until);
  return true;
}

/// " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855        0 main/binary-all/Packages.xz"
void take_index(Release& release, std::string_view line) {
  const auto parts = words(line);
  if (parts.size() != 3) return;
  std::string_view path = parts[2];
  const auto slash = path.rfind('/');
  const std::string_view file = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (file != "Packages" && !file.starts_with("Packages.")) return;
  const std::string folder(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
  std::int64_t size = -1;
  const auto [end, error] = std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), size);
  if (error != std::errc{} || end != parts[1].data() + parts[1].size()) return;
  // A compressed empty index is a few bytes long, so only the plain one tells the size.
  if (file == "Packages")
    release.packages_indexes[folder] = size;
  else
    release.packages_indexes.try_emplace(folder, -1);
}

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::optional<Time> parse_release_date(std::string_view text) {
  auto parts = words(text);
  if (!parts.empty() && parts[0].ends_with(',')) parts.erase(parts.begin());
  if (parts.size() != 5 || (parts[4] != "UTC" && parts[4] != "GMT" && parts[4] != "Z" && parts[4] != "+0000"))
    return std::nullopt;
  const auto day = number(parts[0]);
  const auto month = month_number(parts[1]);
  const auto year = number(parts[2]);
  const auto clock = clock_time(parts[3]);
  if (!day || !month || !year || !clock || *day < 1 || *day > 31 || *year < 1970 || *year > 9999) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *clock;
}

// -----BEGIN PGP SIGNED MESSAGE-----
// Hash: SHA256
//
// Origin: Debian
// Label: Debian-Security
// Suite: oldstable-security
// Date: Sat, 21 Nov 2026 00:53:02 UTC
// SHA256:
//  e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855        0 contrib/Contents-amd64
std::optional<Release> parse_release(std::string_view text) {
  Release release;
  const bool clear_signed = text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----");
  if (clear_signed) {
    const auto body = text.find("\n\n");
    if (body == std::string_view::npos) return std::nullopt;
    text.remove_prefix(body + 2);
  }
  bool whole = !clear_signed;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("-----BEGIN PGP SIGNATURE")) {
      whole = true;
      break;
    }
    if (trimmed(line).empty()) continue;
    if (line.starts_with(' ') || line.starts_with('\t')) {
      take_index(release, line);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon))) return std::nullopt;
    if (!take_field(release, line.substr(0, colon), trimmed(line.substr(colon + 1)))) return std::nullopt;
  }
  if (!whole || !release.date) return std::nullopt;
  return release;
}

}  // namespace patchstate::apt
