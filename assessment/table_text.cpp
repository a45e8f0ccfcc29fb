// SPDX-License-Identifier: Apache-2.0
#include "assessment/table_text.h"

#include <algorithm>

#include <fmt/core.h>

namespace patchstate {

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::size_t width_of(const TableStyle& style) {
  return static_cast<std::size_t>(std::max(style.width, 20));
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    const std::size_t needed = columns_of(word);
    if (column > indent && column + 1 + needed > width) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += needed;
  }
  return lines;
}

std::string painted(std::string_view text, Paint paint, const TableStyle& style) {
  if (!style.color || paint == Paint::none) return std::string(text);
  const int code = paint == Paint::red ? 31 : paint == Paint::yellow ? 33 : 32;
  if (paint == Paint::bold) return fmt::format("\x1b[1m{}\x1b[0m", text);
  return fmt::format("\x1b[1;{}m{}\x1b[0m", code, text);
}

}  // namespace patchstate
