// SPDX-License-Identifier: Apache-2.0
#include "assessment/json_writer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "assessment/utf8.h"

namespace patchstate {
namespace {

/// Printable ASCII other than the quote and the backslash stands for itself. A table: nearly every byte goes through
/// it.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = ' '; c <= '~'; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

/// Bytes at the start of `text` that stand for themselves.
std::size_t plain_length(std::string_view text) {
  const auto is_special = [](char c) { return !kPlain[static_cast<unsigned char>(c)]; };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_special) - text.begin());
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      return;
  }
}

}  // namespace

void JsonWriter::key(std::string_view name) {
  before_value();
  quoted(name);
  out_ += style_ == JsonStyle::indented ? ": " : ":";
  after_key_ = true;
}

void JsonWriter::text(std::string_view value) {
  before_value();
  quoted(value);
}

void JsonWriter::number(std::int64_t value) {
  raw(fmt::format_int(value).c_str());
}

void JsonWriter::raw(std::string_view value) {
  before_value();
  out_ += value;
}

void JsonWriter::begin(char bracket) {
  before_value();
  out_ += bracket;
  ++depth_;
  is_first_ = true;
}

void JsonWriter::end(char bracket) {
  --depth_;
  if (!is_first_) new_line();
  out_ += bracket;
  is_first_ = false;
}

/// What stands between two values of one container.
void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!is_first_) out_ += ',';
  is_first_ = false;
  if (depth_ > 0) new_line();
}

void JsonWriter::new_line() {
  if (style_ == JsonStyle::compact) return;
  out_ += '\n';
  out_.append(2 * depth_, ' ');
}

void JsonWriter::quoted(std::string_view value) {
  out_ += '"';
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t plain = plain_length(value.substr(at));
    out_ += value.substr(at, plain);
    at += plain;
    if (at == value.size()) break;
    const CodePoint point = code_point_at(value, at);
    if (!point.valid)
      out_ += kReplacement;
    else if (point.length > 1 || value[at] == '\x7f')
      out_ += value.substr(at, point.length);
    else
      append_escaped(out_, value[at]);
    at += point.length;
  }
  out_ += '"';
}

}  // namespace patchstate
