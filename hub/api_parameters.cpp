// SPDX-License-Identifier: Apache-2.0
#include "hub/api_parameters.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <Poco/URI.h>
#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/whole_number.h"

namespace patchstate {

std::string Parameters::text(const char* name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  if (found->second.size() > 4096) throw std::invalid_argument(fmt::format("{}: too long", name));
  return clean_text(found->second);
}

std::size_t Parameters::number(const char* name, std::size_t otherwise, std::size_t most) const {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  const auto number = whole_number(value);
  if (!number || *number < 1 || static_cast<std::size_t>(*number) > most)
    throw std::invalid_argument(fmt::format("{}: expected a number from 1 to {}", name, most));
  return static_cast<std::size_t>(*number);
}

std::optional<bool> Parameters::flag(const char* name) const {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  if (value != "true" && value != "false") throw std::invalid_argument(fmt::format("{}: expected true or false", name));
  return value == "true";
}

std::optional<std::chrono::seconds> Parameters::duration(const char* name) const {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  std::int64_t number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  const std::string_view unit(parsed.ptr, value.data() + value.size());
  const std::int64_t seconds = unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86'400 : 0;
  if (parsed.ec != std::errc{} || seconds == 0 || number < 0 || number > 100'000)
    throw std::invalid_argument(fmt::format("{}: expected a duration like 45m, 12h or 19d", name));
  return std::chrono::seconds(number * seconds);
}

Time Parameters::day_or_time(const char* name, Time otherwise) const {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  if (const auto time = parse_time(value)) return *time;
  if (const auto day = parse_time(value + "T23:59:59Z"); day && value.size() == 10) return *day;
  throw std::invalid_argument(
      fmt::format("{}: expected a day like 2026-11-24, or a time like 2026-11-24T06:37:27Z", name));
}

bool Parameters::wants_csv() const {
  const std::string value = text("format");
  if (!value.empty() && value != "csv") throw std::invalid_argument("format: expected csv");
  return value == "csv";
}

void Parameters::allow_only(std::initializer_list<std::string_view> names) const {
  for (const auto& [name, value] : values_)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw std::invalid_argument(fmt::format("{:.60}: there is no such parameter here", clean_text(name)));
}

HostQuery host_query(const Parameters& parameters) {
  parameters.allow_only({"verdict", "os", "tag", "classification", "severity", "cve", "package", "update", "q",
                         "pendingFor", "reboot", "pastSupport", "sort", "cursor", "limit", "format"});
  HostQuery query;
  query.verdict = parameters.text("verdict");
  query.os = parameters.text("os");
  query.tag = parameters.text("tag");
  query.classification = parameters.text("classification");
  query.severity = parameters.text("severity");
  query.cve = parameters.text("cve");
  query.package = parameters.text("package");
  query.update = parameters.text("update");
  query.text = parameters.text("q");
  query.pending_for = parameters.duration("pendingFor");
  query.reboot = parameters.text("reboot");
  query.past_support = parameters.flag("pastSupport");
  if (const auto sort = parameters.text("sort"); !sort.empty()) query.sort = sort;
  query.cursor = parameters.text("cursor");
  query.limit = parameters.number("limit", query.limit, kMostRows);
  return query;
}

UpdateQuery update_query(const Parameters& parameters, bool is_page) {
  parameters.allow_only(
      {"cve", "package", "severity", "security", "q", "sort", "cursor", "limit", is_page ? "format" : "limit"});
  UpdateQuery query;
  query.cve = parameters.text("cve");
  query.package = parameters.text("package");
  query.severity = parameters.text("severity");
  query.security = parameters.flag("security");
  query.text = parameters.text("q");
  if (const auto sort = parameters.text("sort"); !sort.empty()) query.sort = sort;
  query.cursor = parameters.text("cursor");
  query.limit = parameters.number("limit", query.limit, kMostRows);
  return query;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  Poco::URI::encode(std::string(text), "!#$&'()*+,/:;=?@[]", out);
  return out;
}

}  // namespace patchstate
