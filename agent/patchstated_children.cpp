// SPDX-License-Identifier: Apache-2.0
#include "agent/patchstated_children.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <set>

#include "agent/settings_text.h"
#include "assessment/assessment_json.h"
#include "assessment/names.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostOutput = 64U << 10U;
constexpr std::size_t kLongestLine = 1000;
constexpr std::size_t kMostWatched = 1000;
constexpr std::uint64_t kLongest = 100ULL * 365 * 24 * 3600;  ///< seconds; no moment overflows with it

constexpr std::array kPassedOn = {"CONFIGURATION_DIRECTORY",
                                  "CREDENTIALS_DIRECTORY",
                                  "http_proxy",
                                  "https_proxy",
                                  "no_proxy",
                                  "HTTPS_PROXY",
                                  "ALL_PROXY",
                                  "NO_PROXY"};

/// The folders are told, because a child has no home to find them by.
std::vector<std::pair<std::string, std::string>> environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const char* const name : kPassedOn)
    if (const char* const value = std::getenv(name)) variables.emplace_back(name, value);
  variables.emplace_back("STATE_DIRECTORY", state_folder().string());
  if (const auto cache = cache_folder(); !cache.empty()) variables.emplace_back("CACHE_DIRECTORY", cache.string());
  return variables;
}

/// The first that is beside this program or in its folder; else the system may find one.
std::string first_beside(std::initializer_list<const char*> programs) {
  for (const char* const program : programs)
    if (const auto beside = probe_program(program); !beside.empty()) return beside.string();
  return "patchstate";
}

Command command(std::string program, std::vector<std::string> arguments, const std::optional<fs::path>& config_file,
                std::chrono::minutes deadline) {
  Command command;
  command.argv.push_back(std::move(program));
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  if (config_file) {
    command.argv.emplace_back("--config");
    command.argv.push_back(config_file->string());
  }
  command.environment = environment();
  command.deadline = deadline;
  command.output_cap = kMostOutput;
  return command;
}

std::optional<std::uint64_t> parse_number(std::string_view text, int base, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  const auto number = parse_number(text, 10, kLongest);
  if (!number) return std::nullopt;
  return std::chrono::seconds{static_cast<std::int64_t>(*number)};
}

/// False: the value of a known key is none.
bool take_setting(std::string_view key, std::string_view value, ResidentSettings& settings) {
  const auto seconds = parse_seconds(value);
  if (key == "interval") {
    settings.rhythm.interval = seconds.value_or(std::chrono::seconds{0});
    return settings.rhythm.interval.count() > 0;
  }
  if (key == "start_delay") settings.rhythm.start_delay = seconds.value_or(std::chrono::seconds{0});
  if (key == "settle") settings.rhythm.settle = seconds.value_or(std::chrono::seconds{0});
  if (key == "start_delay" || key == "settle") return seconds.has_value();
  if (key == "hub") {
    settings.has_hub = value == "yes";
    return value == "yes" || value == "no";
  }
  if (key == "seed") {
    const auto seed = parse_number(value, 16, UINT64_MAX);
    settings.rhythm.seed = seed.value_or(0);
    return seed.has_value();
  }
  if (key == "watch" && settings.watched.size() < kMostWatched) settings.watched.emplace_back(value);
  return true;
}

}  // namespace

Command settings_command(const std::optional<fs::path>& config_file) {
  return command(first_beside({"patchstate"}), {"settings"}, config_file, std::chrono::minutes{1});
}

Command assess_command(const std::optional<fs::path>& config_file, Trigger why) {
  std::vector<std::string> arguments = {"assess"};
  if (why == Trigger::files) arguments.insert(arguments.end(), {"--refresh", "never"});
  return command(first_beside({"patchstate"}), std::move(arguments), config_file, std::chrono::minutes{15});
}

/// `patchstate send` would only become patchstate-send, at the price of another program's start.
Command send_command(const std::optional<fs::path>& config_file) {
  auto send = command(first_beside({"patchstate-send", "patchstate"}), {"send", "--due"}, config_file,
                      std::chrono::minutes{10});
  send.shares_output = true;
  return send;
}

/// compliant: 0 security, 2 other, 0 unclassified updates pending
std::string verdict_of(std::string_view summary) {
  const auto word = summary.substr(0, std::min(summary.find(':'), summary.size()));
  return from_text<VerdictValue>(word) ? std::string(word) : std::string();
}

/// interval=21600
/// hub=no
/// watch=/var/lib/dpkg
std::optional<ResidentSettings> parse_settings(std::string_view text) {
  ResidentSettings settings;
  std::set<std::string_view> missing = {"interval", "start_delay", "settle", "hub", "seed"};
  bool good = true;
  for_each_setting(text, [&](std::string_view key, std::string_view value) {
    missing.erase(key);
    good = take_setting(key, value, settings) && good;
  });
  if (!good || !missing.empty()) return std::nullopt;
  return settings;
}

/// next=300
/// 3 reports wait
AssessAnswer parse_assess_answer(std::string_view text) {
  AssessAnswer answer;
  std::string rest;
  for_each_filled_line(text, [&](std::string_view line) {
    if (line.starts_with("again="))
      answer.again = true;
    else
      rest.append(line).append("\n");
  });
  answer.rest = in_one_line(rest);
  return answer;
}

SendAnswer parse_send_answer(std::string_view text) {
  constexpr std::string_view kNext = "next=";
  SendAnswer answer;
  std::string rest;
  for_each_filled_line(text, [&](std::string_view line) {
    if (line.starts_with(kNext))
      answer.next = parse_seconds(line.substr(kNext.size()));
    else
      rest.append(line).append("\n");
  });
  answer.rest = in_one_line(rest);
  return answer;
}

std::string in_one_line(std::string_view text) {
  std::string line;
  for_each_filled_line(text, [&line](std::string_view part) { line.append(line.empty() ? "" : "; ").append(part); });
  return masked(line, kLongestLine);
}

}  // namespace patchstate
