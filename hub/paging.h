// SPDX-License-Identifier: Apache-2.0
// What the lists that are read page by page have in common: conditions, an order, and the place to go on from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hub/sql.h"

namespace patchstate::sql {

/// Conditions of a WHERE and what they are bound to.
class Conditions {
 public:
  /// `text` has one {} for each argument.
  template <class... Values>
  void add(std::string text, Values... values) {
    (place(text, values), ...);
    text_ += (text_.empty() ? " WHERE " : " AND ") + text;
  }
  const std::string& text() const { return text_; }
  const Arguments& arguments() const { return arguments_; }

 private:
  void place(std::string& text, Argument value);
  std::string text_;
  Arguments arguments_;
};

struct Sort {
  std::string column;  ///< or an expression that is never NULL
  bool is_text = false;
  bool descending = false;
};
struct SortWord {
  std::string_view word;
  std::string_view column;
  bool is_text = false;
};
/// By one of these words, descending with "-" before it. Any other throws std::invalid_argument, naming them.
Sort sort_of(const std::string& text, const std::vector<SortWord>& known);

/// The last row's place in the order, by its key and the value it is sorted by.
std::string cursor_of(std::int64_t key, const std::string& value);
/// Rows after that place, in the order of `sort` and then of `key_column`. A damaged cursor throws
/// std::invalid_argument.
void add_cursor(const std::string& cursor, const Sort& sort, std::string_view key_column, Conditions& where);

/// For LIKE … ESCAPE '\\': has this text in it.
std::string pattern_of(const std::string& text);

}  // namespace patchstate::sql
