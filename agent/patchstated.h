// SPDX-License-Identifier: Apache-2.0
// The resident program: it watches the clock and files, and starts `patchstate assess` and `patchstate send` when there
// is something to do. It parses nothing from outside, opens no connection and stays small.
#pragma once

#include <filesystem>
#include <optional>

namespace patchstate {

inline constexpr int kExitFailed = 3;  ///< as `patchstate` has it

struct ResidentOptions {
  std::optional<std::filesystem::path> config_file;  ///< absolute
};

/// Until somebody asks it to stop; the exit code of the program.
int run_resident(const ResidentOptions& options);

}  // namespace patchstate
