// SPDX-License-Identifier: Apache-2.0
// Commands that not every system has; the build links the file of its own: system_commands_linux.cpp, …_windows.cpp.
#pragma once

#include <functional>
#include <optional>

namespace CLI {
class App;
}

namespace patchstate {

/// Runs the one that was given; its exit code, or nothing when none of them was.
using SystemCommands = std::function<std::optional<int>()>;

/// Adds them to the command line, which must outlive what is returned.
SystemCommands add_system_commands(CLI::App& app);

}  // namespace patchstate
