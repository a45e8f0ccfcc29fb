// SPDX-License-Identifier: Apache-2.0
#include "agent/system_commands.h"

namespace patchstate {

/// The package brings the unit; systemctl installs, starts and asks.
SystemCommands add_system_commands(CLI::App& /*app*/) {
  return [] { return std::nullopt; };
}

}  // namespace patchstate
