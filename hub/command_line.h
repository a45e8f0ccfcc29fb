// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace patchstate {

/// Reads the command line and runs its command; the exit code of the program.
int run_hub_command_line(int argc, const char* const* argv);

}  // namespace patchstate
