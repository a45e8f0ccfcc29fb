// SPDX-License-Identifier: Apache-2.0
#include "hub/paging.h"

#include <charconv>
#include <stdexcept>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/json_text.h"

namespace patchstate::sql {

void Conditions::place(std::string& text, Argument value) {
  arguments_.push_back(std::move(value));
  text.replace(text.find("{}"), 2, fmt::format("${}", arguments_.size()));
}

Sort sort_of(const std::string& text, const std::vector<SortWord>& known) {
  const bool descending = text.starts_with('-');
  const std::string_view word = std::string_view(text).substr(descending ? 1 : 0);
  std::string words;
  for (const auto& one : known) {
    if (one.word == word) return {std::string(one.column), one.is_text, descending};
    words += fmt::format("{}{}", words.empty() ? "" : &one == &known.back() ? " or " : ", ", one.word);
  }
  throw std::invalid_argument(fmt::format("sort: expected {}, with \"-\" before it to turn it around", words));
}

// "17|web-01" or "17|42".
std::string cursor_of(std::int64_t key, const std::string& value) {
  return to_base64url(fmt::format("{}|{}", key, value));
}

void add_cursor(const std::string& cursor, const Sort& sort, std::string_view key_column, Conditions& where) {
  auto text = from_base64url(cursor);
  if (text) text = clean_text(*text);  // PostgreSQL takes nothing that is not UTF-8
  const auto bar = text ? text->find('|') : std::string::npos;
  std::int64_t key = 0;
  std::int64_t number = 0;
  const auto reads = [](std::string_view digits, std::int64_t& value) {
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
  };
  const bool good = bar != std::string::npos && reads(std::string_view(*text).substr(0, bar), key) &&
                    (sort.is_text || reads(std::string_view(*text).substr(bar + 1), number));
  if (!good) throw std::invalid_argument("cursor: not one that this hub has given");
  const std::string after =
      fmt::format("({}, {}) {} ({{}}, {{}})", sort.column, key_column, sort.descending ? "<" : ">");
  if (sort.is_text)
    where.add(after, text->substr(bar + 1), key);
  else
    where.add(after, number, key);
}

std::string pattern_of(const std::string& text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

}  // namespace patchstate::sql
