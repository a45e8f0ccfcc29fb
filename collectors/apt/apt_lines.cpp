// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_lines.h"

#include <algorithm>
#include <utility>

#include "assessment/assessment_json.h"

namespace patchstate::apt {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

}  // namespace

std::string sentence_of_apt(std::string_view text) {
  std::string shown = masked(text, 500);
  return shown.find_first_not_of(' ') == std::string::npos ? "(apt said no more)" : std::move(shown);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) return words;
    const auto end = static_cast<std::size_t>(std::find_if(line.begin(), line.end(), is_blank) - line.begin());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = line.find(separator);
    parts.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return parts;
    line.remove_prefix(end + 1);
  }
}

bool is_package_name(std::string_view word) {
  const auto name = word.substr(0, word.find(':'));
  if (name.empty() || !is_alphanumeric(name.front())) return false;
  const auto in_name = [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.' || c == '_'; };
  if (!std::all_of(name.begin(), name.end(), in_name)) return false;
  if (name.size() == word.size()) return true;
  const auto arch = word.substr(name.size() + 1);
  return !arch.empty() && std::all_of(arch.begin(), arch.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_version(std::string_view word) {
  const auto in_version = [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '+' || c == '-' || c == '~' || c == ':';
  };
  return !word.empty() && std::all_of(word.begin(), word.end(), in_version);
}

QualifiedName qualified_name(std::string_view word) {
  const auto colon = word.find(':');
  if (colon == std::string_view::npos) return {std::string(word), {}};
  return {std::string(word.substr(0, colon)), std::string(word.substr(colon + 1))};
}

}  // namespace patchstate::apt
