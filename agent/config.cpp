// SPDX-License-Identifier: Apache-2.0
#include "agent/config.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "agent/config_reader.h"
#include "agent/hub_address.h"
#include "agent/spool.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/own_folder.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxFile = 1U << 20U;
constexpr std::size_t kMaxDotsInLine = 200;
constexpr std::chrono::seconds kLongestStartDelay = std::chrono::hours{24};
constexpr std::chrono::seconds kLongestSettle{50};  ///< after that a run comes even if files still change

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

void read_service(Reader& reader, const toml::table& root, Service& service) {
  const auto* table = reader.section(root, "service");
  if (table == nullptr) return;
  reader.only(*table, "service", {"start_delay", "settle", "metrics_file"});
  reader.read(*table, "start_delay", service.start_delay);
  if (service.start_delay > kLongestStartDelay)
    reader.error(table->get("start_delay")->source().begin, "start_delay: expected at most 1d");
  reader.read(*table, "metrics_file", service.metrics_file);
  reader.read(*table, "settle", service.settle);
  if (service.settle > kLongestSettle)
    reader.error(table->get("settle")->source().begin, "settle: expected at most 50s");
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

std::string place_of(const Destination& destination) {
  if (!destination.url.empty()) return shown_address(destination.url);
  if (!destination.folder.empty()) return destination.folder.string();
  return destination.file.empty() ? "standard output" : destination.file.string();
}

std::vector<std::string> queues_of(const Config& config) {
  std::vector<std::string> names;
  if (!config.report.hub.empty()) names.emplace_back(kHubQueue);
  for (const auto& destination : config.destinations) names.push_back(destination.name);
  return names;
}

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
    reader.only(root, "", {"collectors", "policy", "refresh", "cloud", "report", "destination", "service"});
    read_collectors(reader, root, known_collectors, result.config);
    read_policy(reader, root, result.config.policy);
    read_refresh(reader, root, result.config.refresh);
    read_cloud(reader, root, result.config.cloud);
    read_report(reader, root, result.config.report);
    read_destinations(reader, root, result.config.destinations);
    read_service(reader, root, result.config.service);
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
  if (auto problem = problem_with_config(path); !problem.empty()) return {{}, {std::move(problem)}};
  const auto text = read_file_if_there(path, kMaxFile);
  return text ? parse_config(*text, path.string(), known_collectors) : ConfigResult{};
}

}  // namespace patchstate
