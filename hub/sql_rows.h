// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "assessment/json_writer.h"

namespace patchstate::sql {

/// JSON array of arrays, as sql::rows reads it.
class Rows {
 public:
  template <class... Values>
  void add(const Values&... values) {
    json_.begin_array();
    (put(values), ...);
    json_.end_array();
    ++count_;
  }
  bool empty() const { return count_ == 0; }
  /// The text, and begins anew.
  std::string take() {
    json_.end_array();
    count_ = 0;
    return std::move(std::exchange(json_, opened())).take();
  }

 private:
  void put(std::int64_t value) { json_.number(value); }
  void put(const std::string& value) { json_.text(value); }
  static JsonWriter opened() {
    JsonWriter json(JsonStyle::compact);
    json.begin_array();
    return json;
  }
  JsonWriter json_ = opened();
  std::size_t count_ = 0;
};

}  // namespace patchstate::sql
