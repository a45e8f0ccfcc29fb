// SPDX-License-Identifier: Apache-2.0
// Lines of what package tools print for people, as all parsers share them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchstate {

/// Calls `take` with each line of `text`, without its end; a last line without one counts too.
template <class Take>
void for_each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// What a terminal would show of the line: colours removed, of a progress line (`12%\r55%\rDone`) the last state, no
/// blanks at the end.
std::string shown_line(std::string_view line);

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

}  // namespace patchstate
