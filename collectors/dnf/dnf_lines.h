// SPDX-License-Identifier: Apache-2.0
// Lines and words of what dnf, tdnf and yum print for people, as their parsers share them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchstate::dnf {

/// Calls `take` with each line of `text`, without its end; a last line without one counts too.
template <class Take>
void for_each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// What a terminal would show of the line, as valid UTF-8 (edge-112): without colours, of a progress line its last
/// state, without blanks at the end. Cut at 4 KiB: no line of data is as long.
std::string plain_line(std::string_view line);
std::vector<std::string> words_of(std::string_view line);
std::string lower(std::string_view text);

/// What these tools say beside their data, in English: progress, notices of plugins, headings.
bool is_chatter(const std::string& line);

/// Data lines no record came from. A hostile text must not fill the memory with them: from some number on they are
/// counted.
class NotUnderstood {
 public:
  void add(std::string_view line);
  std::vector<std::string> take();

 private:
  std::vector<std::string> lines_;
  std::size_t more_ = 0;
};

}  // namespace patchstate::dnf
