// SPDX-License-Identifier: Apache-2.0
// JSON text written straight into a string: no tree of the whole report is ever in memory.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "assessment/assessment_json.h"

namespace patchstate {

/// The caller sees to it that containers are closed and that each value in an object has a key. Text that is not valid
/// UTF-8 is repaired.
class JsonWriter {
 public:
  /// `expected` bytes are set aside at once: growing step by step would touch twice the memory.
  explicit JsonWriter(JsonStyle style, std::size_t expected = 0) : style_(style) { out_.reserve(expected); }

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }
  /// A name of ours, of characters that stand for themselves in JSON.
  void key(std::string_view name);
  void text(std::string_view value);
  void number(std::int64_t value);
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }

  std::string take() && {
    pass_on();
    return std::move(out_);
  }

 private:
  void begin(char bracket);
  void end(char bracket);
  void raw(std::string_view value);
  void before_value();
  void new_line();
  void quoted(std::string_view value);
  void put(std::string_view text);
  void put(char c);
  void pass_on();

  JsonStyle style_;
  std::string out_;
  /// What comes next in `out_`: a report is many thousands of pieces of a few bytes.
  std::array<char, 2048> recent_{};
  std::size_t used_ = 0;
  std::size_t depth_ = 0;
  bool is_first_ = true;  ///< nothing is in the innermost container yet
  bool after_key_ = false;
};

/// The wire form, with members of the caller's at the end; readers ignore those that they don't know.
std::string to_json(const Assessment& assessment, JsonStyle style, const std::function<void(JsonWriter&)>& more);

}  // namespace patchstate
