// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace patchstate {

/// Reads the command line (the program's name first) and runs its command; the exit code of the program. A command line
/// that is not understood is exit code 3: a monitoring system must never read it as good news.
int run_command_line(const std::vector<std::string>& arguments);

}  // namespace patchstate
