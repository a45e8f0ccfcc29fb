// SPDX-License-Identifier: Apache-2.0
// Query parameters as typed values. Everything throws std::invalid_argument that names the parameter.
#pragma once

#include <string>
#include <string_view>

#include "hub/http_server.h"
#include "hub/questions.h"

namespace patchstate {

class Parameters {
 public:
  explicit Parameters(const HttpRequest& request) : values_(request.query) {}

  std::string text(const char* name) const;
  std::size_t number(const char* name, std::size_t otherwise, std::size_t most) const;
  /// "true" or "false".
  std::optional<bool> flag(const char* name) const;
  /// "45m", "12h", "19d".
  std::optional<std::chrono::seconds> duration(const char* name) const;
  /// "2026-11-24" is the end of that day in UTC; or a time as in RFC 3339.
  Time day_or_time(const char* name, Time otherwise) const;
  /// `format=csv` of a page's table; without it the page is wanted.
  bool wants_csv() const;
  /// A parameter that this path does not have is a mistake, not a wish to ignore.
  void allow_only(std::initializer_list<std::string_view> names) const;

 private:
  const std::map<std::string, std::string>& values_;
};

HostQuery host_query(const Parameters& parameters);
/// `is_page`: whether the list is a page's, which is a file as well (`format`).
UpdateQuery update_query(const Parameters& parameters, bool is_page = false);
std::string percent_encoded(std::string_view text);

}  // namespace patchstate
