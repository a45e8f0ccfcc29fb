// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "agent/send_commands.h"
#include "agent/send_program.h"
#include "platform/program_start.h"

namespace patchstate {

int run_send_program(std::span<const std::string> words) {
  prepare_program(kExitLater);  // stopped in the middle, it may have been sent or not: again later is right
  std::vector<std::string> arguments{"patchstate"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return run_send_command_line(arguments);
}

}  // namespace patchstate
