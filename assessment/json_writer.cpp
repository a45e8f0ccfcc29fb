// SPDX-License-Identifier: Apache-2.0
#include "assessment/json_writer.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "assessment/utf8.h"

namespace patchstate {
namespace {

/// ASCII from the blank on, other than the quote and the backslash, stands for itself.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\';
}

/// The same of eight bytes, each with its highest bit as the place to say "not this one": nearly every byte of a report
/// goes through here. A borrow from the next byte comes only from one that is not plain itself.
bool are_plain(const char* eight_bytes) {
  constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, eight_bytes, sizeof bytes);
  const std::uint64_t quote = bytes ^ (kEach * '"');
  const std::uint64_t backslash = bytes ^ (kEach * '\\');
  const std::uint64_t special =
      ((bytes - kEach * ' ') & ~bytes) | ((quote - kEach) & ~quote) | ((backslash - kEach) & ~backslash) | bytes;
  return (special & (kEach * 0x80)) == 0;
}

/// Bytes at the start of `text` that stand for themselves.
std::size_t plain_length(std::string_view text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::size_t at = 0;
  while (at + kWord <= text.size() && are_plain(text.data() + at)) at += kWord;
  // The last word once more, with bytes of the one before: most texts end here.
  if (at > 0 && text.size() - at < kWord && are_plain(text.data() + text.size() - kWord)) return text.size();
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

std::string escaped(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      return fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

/// The line's end and the indentation of a new one, up to sixteen levels.
constexpr std::string_view kLine = "\n                                ";

}  // namespace

void JsonWriter::pass_on() {
  out_.append(recent_.data(), used_);
  used_ = 0;
}

inline void JsonWriter::put(char c) {
  if (used_ == recent_.size()) pass_on();
  recent_[used_++] = c;
}

inline void JsonWriter::put(std::string_view text) {
  if (text.size() > recent_.size() - used_) {
    pass_on();
    if (text.size() > recent_.size()) {
      out_ += text;
      return;
    }
  }
  std::copy(text.begin(), text.end(), recent_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ += text.size();
}

void JsonWriter::key(std::string_view name) {
  before_value();
  put('"');
  put(name);
  put(style_ == JsonStyle::indented ? "\": " : "\":");
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
  put(value);
}

void JsonWriter::begin(char bracket) {
  before_value();
  put(bracket);
  ++depth_;
  is_first_ = true;
}

void JsonWriter::end(char bracket) {
  --depth_;
  if (!is_first_) new_line();
  put(bracket);
  is_first_ = false;
}

/// What stands between two values of one container.
void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!is_first_) put(',');
  is_first_ = false;
  if (depth_ > 0) new_line();
}

void JsonWriter::new_line() {
  if (style_ == JsonStyle::compact) return;
  put(kLine.substr(0, 1 + 2 * depth_));
  for (auto written = kLine.size() / 2; written < depth_; ++written) put("  ");
}

void JsonWriter::quoted(std::string_view value) {
  put('"');
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t plain = plain_length(value.substr(at));
    put(value.substr(at, plain));
    at += plain;
    if (at == value.size()) break;
    const CodePoint point = code_point_at(value, at);
    if (!point.valid)
      put(kReplacement);
    else if (point.length > 1)
      put(value.substr(at, point.length));
    else
      put(escaped(value[at]));
    at += point.length;
  }
  put('"');
}

}  // namespace patchstate
