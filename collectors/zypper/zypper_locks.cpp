// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_locks.h"

#include <algorithm>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"

namespace patchstate::zypper {
namespace {

constexpr std::size_t kMostNotUnderstood = 20;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same(char one, char other, bool case_sensitive) {
  return case_sensitive ? one == other : lower(one) == lower(other);
}

/// "*" and "?"; a "[" set is taken for any one character, which only ever explains a package that is held anyway.
bool matches_glob(std::string_view pattern, std::string_view text, bool case_sensitive) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, resume = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      resume = at;
    } else if (in < pattern.size() && pattern[in] == '[' && pattern.find(']', in) != std::string_view::npos) {
      in = pattern.find(']', in) + 1;
      ++at;
    } else if (in < pattern.size() && (pattern[in] == '?' || is_same(pattern[in], text[at], case_sensitive))) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') ++in;
  return in == pattern.size();
}

void set_field(Lock& lock, std::string_view key, std::string_view value) {
  if (key == "type") {
    lock.type = value;
  } else if (key == "match_type") {
    lock.match = value == "exact" ? Match::exact : value == "glob" ? Match::glob : Match::other;
  } else if (key == "case_sensitive") {
    lock.case_sensitive = value == "on" || value == "true" || value == "1";
  } else if (key == "solvable_name") {
    lock.name = value;
  } else {
    lock.has_conditions = true;
  }
}

}  // namespace

// type: package
// match_type: glob
// case_sensitive: on
// solvable_name: kernel-default*
Locks parse_locks(std::string_view text) {
  Locks read;
  Lock lock;
  bool begun = false;
  const auto finish = [&] {
    if (begun) read.locks.push_back(std::move(lock));
    lock = Lock{};
    begun = false;
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto colon = line.find(':');
    if (line.empty()) {
      finish();
    } else if (line.starts_with('#')) {
      continue;
    } else if (colon == std::string_view::npos) {
      if (read.not_understood.size() < kMostNotUnderstood) read.not_understood.push_back(clean_text(line, 300));
    } else {
      set_field(lock, line.substr(0, colon), trimmed(line.substr(colon + 1)));
      begun = true;
    }
  }
  finish();
  return read;
}

bool matches(const Lock& lock, std::string_view package) {
  if (lock.name.empty() || (!lock.type.empty() && lock.type != "package")) return false;
  if (lock.match == Match::glob) return matches_glob(lock.name, package, lock.case_sensitive);
  return lock.match == Match::exact && lock.name.size() == package.size() &&
         std::equal(package.begin(), package.end(), lock.name.begin(),
                    [&](char one, char other) { return is_same(one, other, lock.case_sensitive); });
}

}  // namespace patchstate::zypper
