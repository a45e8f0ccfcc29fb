// SPDX-License-Identifier: Apache-2.0
// The last full report that a hub accepted: what a heartbeat repeats.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

struct AcceptedReport {
  std::string hub;
  std::string activity_id;
  std::string state_hash;
  Time accepted{};
};

std::string to_text(const AcceptedReport& report);
/// nullopt for anything that `to_text` does not write: then a full report is sent, which is never wrong.
std::optional<AcceptedReport> parse_accepted_report(std::string_view text);

/// In this state folder. Throws std::system_error when it is there and can't be read.
std::optional<AcceptedReport> read_accepted_report(const std::filesystem::path& state_folder);
/// Throws std::system_error.
void write_accepted_report(const std::filesystem::path& state_folder, const AcceptedReport& report);

}  // namespace patchstate
