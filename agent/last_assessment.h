// SPDX-License-Identifier: Apache-2.0
// The last assessment of this machine, in the state folder: what `status` shows, and where firstSeen comes from.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

/// Newest of those in `folders`; nullopt when there is none. Throws std::system_error when one can't be read,
/// std::invalid_argument when one is damaged.
std::optional<Assessment> read_last_assessment(std::span<const std::filesystem::path> folders);
/// In this user's state folder and in the system's.
std::optional<Assessment> read_last_assessment();

/// `json`: what to_json made of the assessment. Throws std::system_error; the previous one then stays.
void write_last_assessment(const std::filesystem::path& state_folder, std::string_view json);

}  // namespace patchstate
