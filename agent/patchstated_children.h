// SPDX-License-Identifier: Apache-2.0
// The short-lived programs that do the resident program's work, and what they answer.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/schedule.h"
#include "platform/process_runner.h"

namespace patchstate {

Command settings_command(const std::optional<std::filesystem::path>& config_file);
/// What was changed by others is looked at as it is: fetching metadata then would be another change, and so on for
/// ever.
Command assess_command(const std::optional<std::filesystem::path>& config_file, Trigger why);
Command send_command(const std::optional<std::filesystem::path>& config_file);

/// The verdict in what `patchstate assess` says; empty: it says none.
std::string verdict_of(std::string_view summary);

/// What `patchstate assess` says.
struct AssessAnswer {
  bool again = false;  ///< a source gave no answer that it may give in a while
  std::string rest;    ///< for the log, in one line
};
AssessAnswer parse_assess_answer(std::string_view text);

/// What `patchstate settings` says of the configuration.
struct ResidentSettings {
  Rhythm rhythm;
  bool has_hub = false;
  std::vector<std::filesystem::path> watched;
};
/// nullopt: this is not the whole of it. Keys of later versions are ignored.
std::optional<ResidentSettings> parse_settings(std::string_view text);

/// What `patchstate send --due` says.
struct SendAnswer {
  std::optional<std::chrono::seconds> next;  ///< when to try again
  std::string rest;                          ///< for the log, in one line
};
SendAnswer parse_send_answer(std::string_view text);

/// Fit for one line of a log: without secrets, control characters and line ends.
std::string in_one_line(std::string_view text);

}  // namespace patchstate
