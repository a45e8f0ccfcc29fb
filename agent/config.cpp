// SPDX-License-Identifier: Apache-2.0
#include "agent/config.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

// Nothing here nests deeper than a list in a table; the library's own limit would let hostile files go deeper.
#define TOML_MAX_NESTED_VALUES 8
// toml++ 3.3 asserts on `a = [}`, or, compiled by clang with NDEBUG, assumes that nobody writes it; without the
// assertion it says what is wrong. So it is compiled without, in every build.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "agent/duration.h"
#include "agent/hub_address.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxFile = 1U << 20U;
constexpr std::size_t kMaxDotsInLine = 200;
constexpr std::size_t kMaxErrors = 20;
constexpr std::size_t kMaxQuoted = 80;
constexpr std::chrono::seconds kShortestInterval{60};
constexpr std::chrono::seconds kLongestInterval = std::chrono::hours{24 * 7};

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

/// Walks the table and writes down every error, with its place.
class Reader {
 public:
  /// All errors in the order of the file.
  std::vector<std::string> errors(std::string_view file_name) {
    std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    std::vector<std::string> texts;
    for (const auto& [at, message] : errors_)
      if (texts.size() < kMaxErrors)
        texts.push_back(fmt::format("{}:{}:{}: {}", file_name, at.line, at.column, message));
    return texts;
  }

  void error(const toml::source_position& at, std::string_view message) {
    errors_.push_back({at, std::string(message)});
  }

  void only(const toml::table& table, std::string_view name, const std::vector<std::string_view>& keys) {
    for (const auto& [key, value] : table)
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        error(key.source().begin,
              fmt::format("unknown key {}{}; known here: {}", quoted(key.str()),
                          name.empty() ? "" : fmt::format(" in [{}]", name), fmt::join(keys, ", ")));
  }

  /// The section [name], or nothing when it is not there.
  const toml::table* section(const toml::table& root, std::string_view name) {
    const auto* node = root.get(name);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) wrong_type(*node, name, "a section");
    return node->as_table();
  }

  const std::string* text(const toml::node& node, std::string_view name, std::string_view expected) {
    if (const auto* value = node.as_string()) return &value->get();
    wrong_type(node, name, expected);
    return nullptr;
  }

  void read(const toml::table& table, std::string_view key, std::chrono::seconds& duration) {
    const auto* node = table.get(key);
    const auto* value = node == nullptr ? nullptr : text(*node, key, kDurationForm);
    if (value == nullptr) return;
    if (const auto parsed = parse_duration(*value))
      duration = *parsed;
    else
      wrong_value(*node, key, kDurationForm, *value);
  }

  void read(const toml::table& table, std::string_view key, RefreshMode& mode) {
    const auto* node = table.get(key);
    const auto* value = node == nullptr ? nullptr : text(*node, key, kModes);
    if (value == nullptr) return;
    if (const auto parsed = parse_refresh_mode(*value))
      mode = *parsed;
    else
      wrong_value(*node, key, kModes, *value);
  }

  void read(const toml::table& table, std::string_view key, CloudLookup& lookup) {
    const auto* node = table.get(key);
    if (node == nullptr) return;
    if (const auto* value = node->as_boolean())
      lookup = value->get() ? CloudLookup::on : CloudLookup::off;
    else
      wrong_type(*node, key, "true or false");
  }

  void read(const toml::table& table, std::string_view key, std::filesystem::path& path) {
    const auto* node = table.get(key);
    const auto* value = node == nullptr ? nullptr : text(*node, key, kPath);
    if (value == nullptr) return;
    path = *value;
    // A service has another working folder than the person who tried it out.
    if (!path.is_absolute()) wrong_value(*node, key, kPath, *value);
  }

  /// Calls `take` with each text of the list.
  template <class Take>
  void each_text(const toml::table& table, std::string_view key, Take take) {
    const auto* node = table.get(key);
    if (node == nullptr) return;
    const auto* list = node->as_array();
    if (list == nullptr) return wrong_type(*node, key, "a list of strings");
    for (const auto& item : *list)
      if (const auto* value = text(item, key, "a list of strings")) take(item, *value);
  }

  void wrong_value(const toml::node& node, std::string_view key, std::string_view expected, std::string_view value) {
    error(node.source().begin, fmt::format("{}: expected {}, not {}", key, expected, quoted(value)));
  }

 private:
  static constexpr std::string_view kModes = "never, if-older-than or always";
  static constexpr std::string_view kPath = "a path from the root (/…)";

  void wrong_type(const toml::node& node, std::string_view key, std::string_view expected) {
    error(node.source().begin, fmt::format("{}: expected {}, not {}", key, expected, type_name(node)));
  }

  struct Error {
    toml::source_position at;
    std::string message;
  };
  std::vector<Error> errors_;
};

void read_collectors(Reader& reader, const toml::table& root, std::span<const std::string> known, Config& config) {
  const auto names = fmt::format("one of: {}", fmt::join(known, ", "));
  reader.each_text(root, "collectors", [&](const toml::node& item, const std::string& name) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      reader.wrong_value(item, "collectors", names, name);
    else
      config.collectors.push_back(name);
  });
  const auto* list = root.get_as<toml::array>("collectors");
  if (list != nullptr && list->empty())
    reader.error(list->source().begin, "collectors: an empty list would check nothing; leave the key out for all");
}

void read_policy(Reader& reader, const toml::table& root, Policy& policy) {
  const auto* table = reader.section(root, "policy");
  if (table == nullptr) return;
  reader.only(*table, "policy", {"max_metadata_age", "unclassified_as_other", "count_states"});
  reader.read(*table, "max_metadata_age", policy.max_metadata_age);
  reader.each_text(*table, "unclassified_as_other", [&](const toml::node& item, const std::string& repository) {
    // An empty text is part of every repository's name.
    if (repository.empty())
      reader.wrong_value(item, "unclassified_as_other", "part of a repository's name", repository);
    else
      policy.unclassified_as_other.push_back(repository);
  });

  std::vector<std::string_view> states;
  for (const auto state : all_values<UpdateState>())
    if (state != UpdateState::installable && state != UpdateState::installed_pending_reboot)
      states.push_back(to_text(state));
  const auto expected = fmt::format("one of: {}", fmt::join(states, ", "));
  reader.each_text(*table, "count_states", [&](const toml::node& item, const std::string& name) {
    const auto state = from_text<UpdateState>(name);
    if (!state || std::find(states.begin(), states.end(), name) == states.end())
      reader.wrong_value(item, "count_states", expected, name);
    else
      policy.count_states.insert(*state);
  });
}

void read_refresh(Reader& reader, const toml::table& root, RefreshPolicy& refresh) {
  const auto* table = reader.section(root, "refresh");
  if (table == nullptr) return;
  reader.only(*table, "refresh", {"mode", "older_than", "deadline"});
  reader.read(*table, "mode", refresh.mode);
  reader.read(*table, "older_than", refresh.older_than);
  reader.read(*table, "deadline", refresh.deadline);
  if (refresh.deadline == refresh.deadline.zero())
    reader.error(table->get("deadline")->source().begin, "deadline: expected more than nothing");
}

void read_cloud(Reader& reader, const toml::table& root, CloudLookup& lookup) {
  const auto* table = reader.section(root, "cloud");
  if (table == nullptr) return;
  reader.only(*table, "cloud", {"identity"});
  reader.read(*table, "identity", lookup);
}

void read_report(Reader& reader, const toml::table& root, Reporting& report) {
  const auto* table = reader.section(root, "report");
  if (table == nullptr) return;
  reader.only(*table, "report", {"hub", "interval", "ca", "key_file", "client_certificate", "client_key"});
  reader.read(*table, "interval", report.interval);
  if (report.interval < kShortestInterval || report.interval > kLongestInterval)
    reader.error(table->get("interval")->source().begin, "interval: expected 1m to 1w");
  reader.read(*table, "ca", report.ca);
  reader.read(*table, "key_file", report.key_file);
  reader.read(*table, "client_certificate", report.client_certificate);
  reader.read(*table, "client_key", report.client_key);
  if (report.client_certificate.empty() != report.client_key.empty())
    reader.error(table->source().begin, "client_certificate and client_key: one needs the other");
  const auto* node = table->get("hub");
  const auto* hub = node == nullptr ? nullptr : reader.text(*node, "hub", kHubForm);
  if (hub == nullptr) return;
  report.hub = *hub;
  if (const auto problem = problem_of_hub(*hub); !problem.empty())
    reader.error(node->source().begin, "hub: " + problem);
}

/// Line (from 1) whose dotted keys would nest so deep that the library's recursion is a danger; 0 when there is none.
std::size_t too_deep_line(std::string_view text) {
  std::size_t line = 1;
  std::size_t dots = 0;
  for (const char c : text) {
    if (c == '.' && ++dots > kMaxDotsInLine) return line;
    if (c != '\n') continue;
    ++line;
    dots = 0;
  }
  return 0;
}

}  // namespace

ConfigResult parse_config(std::string_view text, std::string_view file_name,
                          std::span<const std::string> known_collectors) {
  ConfigResult result;
  if (const auto line = too_deep_line(text); line != 0) {
    result.errors.push_back(fmt::format("{}:{}:1: more than {} dots in one line", file_name, line, kMaxDotsInLine));
    return result;
  }
  Reader reader;
  try {
    const toml::table root = toml::parse(text);
    reader.only(root, "", {"collectors", "policy", "refresh", "cloud", "report"});
    read_collectors(reader, root, known_collectors, result.config);
    read_policy(reader, root, result.config.policy);
    read_refresh(reader, root, result.config.refresh);
    read_cloud(reader, root, result.config.cloud);
    read_report(reader, root, result.config.report);
  } catch (const toml::parse_error& error) {
    reader.error(error.source().begin, clean_text(error.description(), 300));
  }
  result.errors = reader.errors(file_name);
  return result;
}

ConfigResult load_config(const std::optional<std::filesystem::path>& named,
                         std::span<const std::string> known_collectors) {
  if (named) return parse_config(read_file(*named, kMaxFile), named->string(), known_collectors);
  const auto path = default_config_file();
  const auto text = read_file_if_there(path, kMaxFile);
  return text ? parse_config(*text, path.string(), known_collectors) : ConfigResult{};
}

}  // namespace patchstate
