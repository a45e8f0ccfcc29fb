// SPDX-License-Identifier: Apache-2.0
// The last assessment of this machine, in the state folder: what `status` shows, and where firstSeen comes from. It is
// two files: the last full report, and what the runs since then, which found the same state, say of themselves.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "agent/spool.h"
#include "assessment/assessment.h"

namespace patchstate {

/// Newest of those in `folders`, brought up to the last run that found the same state; nullopt when there is none.
/// Throws std::system_error when one can't be read, std::invalid_argument when one is damaged.
std::optional<Assessment> read_last_assessment(std::span<const std::filesystem::path> folders);
/// In this user's state folder and in the system's.
std::optional<Assessment> read_last_assessment();

/// A heartbeat is enough where the last full report is of this very state and less than a day old. Never throws: what
/// can't be read is none.
ReportForm form_to_keep(const std::filesystem::path& state_folder, const Assessment& assessment);
/// The assessment, or its heartbeat, as JSON.
std::string report_of(const Assessment& assessment, ReportForm form);

/// Where the last one of that form is kept.
std::filesystem::path last_report_file(const std::filesystem::path& state_folder, ReportForm form);
/// Keeps what report_of made. Throws std::system_error; the previous one then stays.
void write_last_report(const std::filesystem::path& state_folder, ReportForm form, std::string_view json);

}  // namespace patchstate
