// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <stdexcept>
#include <string>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "assessment/assessment_reader.h"

namespace patchstate {
namespace {

using Json = nlohmann::json;
constexpr int kDeepest = 64;

class Value {
 public:
  explicit Value(const Json& json) : json_(&json) {}
  bool is_null() const { return json_->is_null(); }
  bool is_object() const { return json_->is_object(); }
  bool is_array() const { return json_->is_array(); }
  std::optional<std::string_view> string() const {
    if (!json_->is_string()) return std::nullopt;
    return json_->get_ref<const std::string&>();
  }
  std::optional<bool> boolean() const {
    if (!json_->is_boolean()) return std::nullopt;
    return json_->get<bool>();
  }
  std::optional<std::int64_t> integer() const {
    const bool fits = json_->is_number_unsigned()
                          ? json_->get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}
                          : json_->is_number_integer();
    if (!fits) return std::nullopt;
    return json_->get<std::int64_t>();
  }
  std::optional<Value> member(const char* key) const {
    const auto found = json_->find(key);
    if (found == json_->end()) return std::nullopt;
    return Value(*found);
  }
  void for_each(auto&& visit) const {
    for (const Json& item : *json_) visit(Value(item));
  }

 private:
  const Json* json_;
};

/// Looked at before anything is built from the text, so that ten megabytes of '[' cost a scan and nothing else.
void require_shallow(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest)
        throw std::invalid_argument(fmt::format("/: nested deeper than {} levels at byte {}", kDeepest, at + 1));
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

Json parse(std::string_view text) {
  require_shallow(text);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    // The library's own message quotes the input, at any length.
    throw std::invalid_argument(fmt::format("/: malformed JSON at byte {}", error.byte));
  } catch (const Json::out_of_range&) {
    throw std::invalid_argument("/: a number in it is out of range");
  }
}

}  // namespace

Assessment assessment_from_json(std::string_view text) {
  const Json json = parse(text);
  return reading::read_assessment(reading::Node(Value(json)));
}

}  // namespace patchstate
