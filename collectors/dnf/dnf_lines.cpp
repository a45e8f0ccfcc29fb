// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_lines.h"

#include <algorithm>
#include <array>
#include <utility>

#include "assessment/assessment_json.h"

namespace patchstate::dnf {
namespace {

constexpr std::size_t kLongestLine = 4096;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// In lower case; where a line starts so it says nothing about a package.
constexpr std::array<std::string_view, 29> kChatter = {
    "last metadata expiration check",  // dnf 4
    "updating and loading repositories",
    "repositories loaded",  // dnf5
    "loaded plugins",
    "loading mirror speeds",
    "determining fastest mirrors",
    "loading \"",
    "load plugins",
    "dependencies resolved",
    "nothing to do",
    "no packages marked for update",
    "no security updates",
    "is this ok [y/n]",
    "updating subscription management",
    "this system is not registered",
    "this system is registered",
    "this system is receiving updates",
    "unable to read consumer identity",
    "uploading enabled repositories report",
    "cannot upload enabled repos report",
    "security: ",  // "… is an installed security update", "… is the currently running version"
    "not root, subscription management",
    "red hat subscription management",
    "subscription manager",
    "refreshing metadata for",  // tdnf
    "loaded repositories",
    "warning: ",
    "repository ",
    "plugin ",
};

}  // namespace

std::string plain_line(std::string_view line) {
  return clean_text(shown_line(line.substr(0, kLongestLine)));
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) return words;
    const auto end = static_cast<std::size_t>(std::find_if(line.begin(), line.end(), is_blank) - line.begin());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return copy;
}

bool is_chatter(const std::string& line) {
  const std::string plain = lower(line.substr(std::min(line.find_first_not_of(" \t"), line.size())));
  if (plain.empty() || plain.starts_with("===") || plain.ends_with(" is excluded")) return true;
  // "Fedora 35 - x86_64   5.3 MB/s |  79 MB     00:14", " * base: mirror.example.org"
  if (plain.find(" | ") != std::string::npos || plain.starts_with("* ")) return true;
  return std::any_of(kChatter.begin(), kChatter.end(),
                     [&](std::string_view start) { return plain.starts_with(start); });
}

}  // namespace patchstate::dnf
