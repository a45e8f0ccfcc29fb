// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "agent/output.h"
#include "agent/send_commands.h"
#include "platform/program_start.h"

/// One of the program's catch sites. Stopped in the middle, it may have been sent or not: again later is right.
int main(int argc, char** argv) {
  patchstate::prepare_program(patchstate::kExitLater);
  try {
    return patchstate::run_send_command_line(patchstate::program_arguments(argc, argv));
  } catch (const std::exception& error) {
    return patchstate::complain(error.what());
  }
}
