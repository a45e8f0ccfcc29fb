// SPDX-License-Identifier: Apache-2.0
#include "collectors/tool_lines.h"

#include <utility>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostLines = 50;
constexpr std::size_t kLongestLine = 300;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string without_colours(std::string_view line) {
  std::string plain;
  plain.reserve(line.size());
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '\x1b') {
      plain += line[at];
      continue;
    }
    // ESC [ parameters letter
    if (at + 1 < line.size() && line[at + 1] == '[') ++at;
    while (at + 1 < line.size() && (line[at + 1] < '@' || line[at + 1] > '~')) ++at;
    ++at;
  }
  return plain;
}

}  // namespace

std::string shown_line(std::string_view line) {
  std::string plain = line.find('\x1b') == std::string_view::npos ? std::string(line) : without_colours(line);
  while (!plain.empty() && is_blank(plain.back())) plain.pop_back();
  if (const auto progress = plain.rfind('\r'); progress != std::string::npos) plain.erase(0, progress + 1);
  return plain;
}

void NotUnderstood::add(std::string_view line) {
  if (lines_.size() < kMostLines)
    lines_.push_back(clean_text(line, kLongestLine));
  else
    ++more_;
}

std::vector<std::string> NotUnderstood::take() {
  if (more_ > 0) lines_.push_back("and " + std::to_string(more_) + " more lines");
  more_ = 0;
  return std::move(lines_);
}

}  // namespace patchstate
