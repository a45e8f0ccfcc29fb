// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_told_advisories.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

namespace patchstate::zypper {
namespace {

constexpr std::size_t kLongestPlain = 1000;

/// Whether updateinfo_output would keep it as it is: in one line of plain characters, nothing around it.
bool is_plain(const std::string& text) {
  return text.size() <= kLongestPlain && !text.starts_with(' ') && !text.ends_with(' ') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Parsed from one text, where the file has attributes: a ":" or "-" in one of them would be taken for what parts them.
bool is_plain(const rpm::Evr& version) {
  return version.version.find_first_of(":-") == std::string::npos && is_plain(rpm::to_text(version));
}

/// "2026-01-27 16:08:06", or seconds that fit 31 bits.
bool is_time_to_libsolv(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  constexpr std::size_t kMostDigits = 9 + 1;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto time = rpm::advisory_time(text);
  if (!time || *time > Time{std::chrono::seconds{std::numeric_limits<std::int32_t>::max()}}) return false;
  if (std::all_of(text.begin(), text.end(), digit)) return text.size() <= kMostDigits;
  return text.size() == kShape.size() && std::equal(text.begin(), text.end(), kShape.begin(), [&](char c, char shape) {
           return shape == '0' ? digit(c) : c == shape;
         });
}

/// ` date="…"`, and that is a time; `rest` follows the element's name.
bool is_plain_issue(std::string_view rest) {
  constexpr std::string_view kDate = " date=\"";
  if (!rest.starts_with(kDate)) return false;
  rest.remove_prefix(kDate.size());
  const auto end = rest.find('"');
  return end != std::string_view::npos && is_time_to_libsolv(rest.substr(0, end));
}

/// The last of its package, and says yes.
bool is_plain_reboot(std::string_view rest) {
  constexpr std::string_view kYes = ">True</reboot_suggested>";
  if (!rest.starts_with(kYes)) return false;
  const auto next = rest.find_first_not_of(" \t\r\n", kYes.size());
  return next != std::string_view::npos && rest.substr(next).starts_with("</package>");
}

/// Nothing but text is in it, of which CVEs are taken.
bool has_only_text(std::string_view rest, std::string_view end_tag) {
  return rest.starts_with('>') && rest.substr(std::min(rest.find('<'), rest.size())).starts_with(end_tag);
}

/// `tag` and all that follows it, from behind its "<".
bool is_read_alike(std::string_view tag) {
  const auto after = [&](std::string_view name) { return tag.substr(name.size()); };
  if (tag.starts_with("issued")) return is_plain_issue(after("issued"));
  if (tag.starts_with("reboot_suggested")) return is_plain_reboot(after("reboot_suggested"));
  if (tag.starts_with("title")) return has_only_text(after("title"), "</title>");
  if (tag.starts_with("description")) return has_only_text(after("description"), "</description>");
  return !tag.starts_with("updated") && !tag.starts_with('!') && !tag.starts_with('?');
}

bool are_read_alike(std::string_view xml) {
  // Nearly all tags begin otherwise: <package>, <reference>, and what ends.
  constexpr std::string_view kFirstLetters = "irtdu!?";
  for (auto at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at)) {
    ++at;
    if (at < xml.size() && kFirstLetters.find(xml[at]) != std::string_view::npos && !is_read_alike(xml.substr(at)))
      return false;
  }
  return true;
}

/// Where its elements begin, behind the declaration if there is one. nullopt: the bytes may not be what they look like
/// (another encoding than UTF-8, something ahead of it all).
std::optional<std::size_t> begin_of_elements(std::string_view xml) {
  constexpr std::string_view kDeclaration = "<?xml";
  constexpr std::string_view kEnd = "?>";
  if (!xml.starts_with(kDeclaration)) return xml.starts_with('<') ? std::optional<std::size_t>(0) : std::nullopt;
  const auto end = xml.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  const auto declaration = xml.substr(0, end);
  const bool names_utf8 =
      declaration.find("UTF-8") != std::string_view::npos || declaration.find("utf-8") != std::string_view::npos;
  if (!names_utf8 && declaration.find("encoding") != std::string_view::npos) return std::nullopt;
  return end + kEnd.size();
}

}  // namespace

bool is_plain(const rpm::RpmAdvisory& one) {
  return one.issued && is_plain(one.id) && is_plain(one.version) && is_plain(one.type) && is_plain(one.severity) &&
         is_plain(one.url) &&
         std::all_of(one.cves.begin(), one.cves.end(), [](const auto& cve) { return is_plain(cve); }) &&
         std::all_of(one.packages.begin(), one.packages.end(), [](const auto& package) {
           return is_plain(package.name) && is_plain(package.arch) && is_plain(package.version);
         });
}

std::optional<std::size_t> ReadAlike::take(std::string_view piece) {
  constexpr std::string_view kEnd = "</update>";
  const auto last = piece.rfind(kEnd);
  if (last == std::string_view::npos) return 0;
  const auto size = last + kEnd.size();
  return ends(piece.substr(0, size)) ? std::optional(size) : std::nullopt;
}

bool ReadAlike::ends(std::string_view rest) {
  if (!has_begun_) {
    const auto elements = begin_of_elements(rest);
    if (!elements) return false;
    rest.remove_prefix(*elements);
    has_begun_ = true;
  }
  return are_read_alike(rest);
}

}  // namespace patchstate::zypper
