// SPDX-License-Identifier: Apache-2.0
#include "agent/config_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/duration.h"
#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxErrors = 20;
constexpr std::size_t kMaxQuoted = 80;
constexpr std::string_view kModes = "never, if-older-than or always";
constexpr std::string_view kPath = "a path from the root (/…)";

/// What a person wrote, fit to be quoted back.
std::string quoted(std::string_view text) {
  return '"' + clean_text(text, kMaxQuoted) + '"';
}

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

}  // namespace

std::vector<std::string> Reader::errors(std::string_view file_name) {
  std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  std::vector<std::string> texts;
  for (const auto& [at, message] : errors_)
    if (texts.size() < kMaxErrors) texts.push_back(fmt::format("{}:{}:{}: {}", file_name, at.line, at.column, message));
  return texts;
}

void Reader::error(const toml::source_position& at, std::string_view message) {
  errors_.push_back({at, std::string(message)});
}

void Reader::wrong_value(const toml::node& node, std::string_view key, std::string_view expected,
                         std::string_view value) {
  error(node.source().begin, fmt::format("{}: expected {}, not {}", key, expected, quoted(value)));
}

void Reader::wrong_type(const toml::node& node, std::string_view key, std::string_view expected) {
  error(node.source().begin, fmt::format("{}: expected {}, not {}", key, expected, type_name(node)));
}

void Reader::only(const toml::table& table, std::string_view name, const std::vector<std::string_view>& keys) {
  for (const auto& [key, value] : table)
    if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
      error(key.source().begin, fmt::format("unknown key {}{}; known here: {}", quoted(key.str()),
                                            name.empty() ? "" : fmt::format(" in [{}]", name), fmt::join(keys, ", ")));
}

const toml::table* Reader::section(const toml::table& root, std::string_view name) {
  const auto* node = root.get(name);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) wrong_type(*node, name, "a section");
  return node->as_table();
}

const std::string* Reader::text(const toml::node& node, std::string_view name, std::string_view expected) {
  if (const auto* value = node.as_string()) return &value->get();
  wrong_type(node, name, expected);
  return nullptr;
}

void Reader::read(const toml::table& table, std::string_view key, std::chrono::seconds& duration) {
  with_text(table, key, kDurationForm, [&](const toml::node& node, const std::string& value) {
    if (const auto parsed = parse_duration(value))
      duration = *parsed;
    else
      wrong_value(node, key, kDurationForm, value);
  });
}

void Reader::read(const toml::table& table, std::string_view key, RefreshMode& mode) {
  with_text(table, key, kModes, [&](const toml::node& node, const std::string& value) {
    if (const auto parsed = parse_refresh_mode(value))
      mode = *parsed;
    else
      wrong_value(node, key, kModes, value);
  });
}

void Reader::read(const toml::table& table, std::string_view key, bool& flag) {
  const auto* node = table.get(key);
  if (node == nullptr) return;
  if (const auto* value = node->as_boolean())
    flag = value->get();
  else
    wrong_type(*node, key, "true or false");
}

void Reader::read(const toml::table& table, std::string_view key, CloudLookup& lookup) {
  bool is_on = lookup == CloudLookup::on;
  read(table, key, is_on);
  lookup = is_on ? CloudLookup::on : CloudLookup::off;
}

void Reader::read(const toml::table& table, std::string_view key, std::filesystem::path& path) {
  with_text(table, key, kPath, [&](const toml::node& node, const std::string& value) {
    path = value;
    if (!path.is_absolute()) wrong_value(node, key, kPath, value);
  });
}

}  // namespace patchstate
