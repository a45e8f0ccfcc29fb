// SPDX-License-Identifier: Apache-2.0
// Lines and words of what apt prints, as its parsers share them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchstate::apt {

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
std::string plain_line(std::string_view line);

/// A sentence of apt's own as it is shown: without passwords, of 500 bytes at most, never empty.
std::string sentence_of_apt(std::string_view text);

std::vector<std::string_view> words_of(std::string_view line);
std::vector<std::string_view> split(std::string_view line, char separator);

/// "libc6" or "libc6:i386". Debian allows lower case, digits and "+-."; other vendors' archives also have capitals and
/// "_".
bool is_package_name(std::string_view word);
/// Only characters that a Debian version may have ("1:2.0~rc1-1+b2").
bool is_version(std::string_view word);

struct QualifiedName {
  std::string name;
  std::string arch;  ///< empty: the native one
};
/// Of "libc6:i386".
QualifiedName qualified_name(std::string_view word);

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

}  // namespace patchstate::apt
