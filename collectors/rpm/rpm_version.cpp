// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/rpm_version.h"

#include <algorithm>

namespace patchstate::rpm {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Takes the characters off the front of `text` for which `wanted` holds.
template <class Wanted>
std::string_view take_while(std::string_view& text, Wanted wanted) {
  const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), wanted) - text.begin());
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

/// Everything else only separates: "1.0" and "1_0" are the same.
void skip_separators(std::string_view& text) {
  take_while(text, [](char c) { return !is_digit(c) && !is_letter(c) && c != '~' && c != '^'; });
}

bool starts_with(std::string_view text, char c) {
  return !text.empty() && text.front() == c;
}

std::string_view without_leading_zeros(std::string_view number) {
  return number.substr(std::min(number.find_first_not_of('0'), number.size()));
}

int sign(int order) {
  return (order > 0) - (order < 0);
}

int compare_numbers(std::string_view one, std::string_view other) {
  one = without_leading_zeros(one);
  other = without_leading_zeros(other);
  if (one.size() != other.size()) return one.size() < other.size() ? -1 : 1;
  return sign(one.compare(other));
}

/// "~" and "^" at the front of either: the order if they decide it; takes them off if both have the same.
struct Marked {
  bool decided = false;
  bool taken = false;
  int order = 0;
};
Marked compare_marks(std::string_view& one, std::string_view& other) {
  if (starts_with(one, '~') || starts_with(other, '~')) {
    if (!starts_with(one, '~')) return {true, false, 1};
    if (!starts_with(other, '~')) return {true, false, -1};
  } else if (starts_with(one, '^') || starts_with(other, '^')) {
    // Above the end of the text, below anything that goes on.
    if (one.empty()) return {true, false, -1};
    if (other.empty()) return {true, false, 1};
    if (!starts_with(one, '^')) return {true, false, 1};
    if (!starts_with(other, '^')) return {true, false, -1};
  } else {
    return {};
  }
  one.remove_prefix(1);
  other.remove_prefix(1);
  return {false, true, 0};
}

/// The next run of digits or of letters of both; a number is above a word.
int compare_parts(std::string_view& one, std::string_view& other) {
  if (is_digit(one.front())) {
    const auto number = take_while(one, is_digit);
    if (!is_digit(other.front())) return 1;
    return compare_numbers(number, take_while(other, is_digit));
  }
  const auto word = take_while(one, is_letter);
  if (!is_letter(other.front())) return -1;
  return sign(word.compare(take_while(other, is_letter)));
}

/// "(none)" is what rpm prints where there is no epoch.
bool is_epoch(std::string_view text) {
  return text == "(none)" || std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

Evr parse_evr(std::string_view text) {
  Evr evr;
  if (const auto colon = text.find(':'); colon != npos && is_epoch(text.substr(0, colon))) {
    if (text.front() != '(') evr.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto dash = text.rfind('-');
  evr.version = text.substr(0, dash);
  if (dash != npos) evr.release = text.substr(dash + 1);
  return evr;
}

std::string to_text(const Evr& evr) {
  std::string text;
  if (!without_leading_zeros(evr.epoch).empty()) text = evr.epoch + ":";
  text += evr.version;
  if (!evr.release.empty()) text += "-" + evr.release;
  return text;
}

int compare_versions(std::string_view one, std::string_view other) {
  if (one == other) return 0;
  while (!one.empty() || !other.empty()) {
    skip_separators(one);
    skip_separators(other);
    const Marked marks = compare_marks(one, other);
    if (marks.decided) return marks.order;
    if (marks.taken) continue;
    if (one.empty() || other.empty()) break;
    if (const int order = compare_parts(one, other); order != 0) return order;
  }
  return one.empty() && other.empty() ? 0 : one.empty() ? -1 : 1;
}

int compare(const Evr& one, const Evr& other) {
  if (const int order = compare_numbers(one.epoch, other.epoch); order != 0) return order;
  if (const int order = compare_versions(one.version, other.version); order != 0) return order;
  // No release is below every release, "~1" too.
  if (one.release.empty() != other.release.empty()) return one.release.empty() ? -1 : 1;
  return compare_versions(one.release, other.release);
}

std::optional<Nevra> parse_nevra(std::string_view text) {
  if (text.ends_with(".rpm")) text.remove_suffix(4);
  const auto dot = text.rfind('.');
  const auto release_at = text.rfind('-', dot);
  if (dot == npos || release_at == npos || release_at == 0) return std::nullopt;
  const auto version_at = text.rfind('-', release_at - 1);
  if (version_at == npos) return std::nullopt;
  Nevra package{std::string(text.substr(0, version_at)), parse_evr(text.substr(version_at + 1, dot - version_at - 1)),
                std::string(text.substr(dot + 1))};
  // yum puts the epoch before the name.
  if (const auto colon = package.name.find(':'); colon != std::string::npos && package.evr.epoch.empty()) {
    const auto epoch = std::string_view(package.name).substr(0, colon);
    if (epoch.empty() || !std::all_of(epoch.begin(), epoch.end(), is_digit)) return std::nullopt;
    package.evr.epoch = epoch;
    package.name.erase(0, colon + 1);
  }
  const bool whole =
      !package.name.empty() && !package.evr.version.empty() && !package.evr.release.empty() && !package.arch.empty();
  return whole ? std::optional(std::move(package)) : std::nullopt;
}

std::string to_text(const Nevra& package) {
  return package.name + "-" + to_text(package.evr) + "." + package.arch;
}

}  // namespace patchstate::rpm
