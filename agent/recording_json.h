// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "agent/recording.h"

namespace patchstate {

/// Writes commands.json and commands/; throws std::system_error.
void write_recording(const std::filesystem::path& folder, const Recording& recording);
/// Reads them; throws std::system_error, or std::invalid_argument when commands.json is not what was written.
Recording read_recording(const std::filesystem::path& folder);

}  // namespace patchstate
