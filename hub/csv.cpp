// SPDX-License-Identifier: Apache-2.0
#include "hub/csv.h"

#include <string_view>

namespace patchstate {
namespace {

std::string cell(std::string_view value) {
  std::string text(value);
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) text.insert(0, 1, '\'');
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& one : cells) {
    if (&one != &cells.front()) line += ',';
    line += cell(one);
  }
  return line + "\r\n";
}

}  // namespace patchstate
