// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "agent/output.h"
#include "agent/send_commands.h"
#include "platform/program_start.h"

/// One of the program's catch sites. Stopped in the middle, it may have been sent or not: again later is right.
int main(int argc, char** argv) {
  patchstate::prepare_program(patchstate::kExitLater);
  try {
    const int exit_code = patchstate::run_send_command_line(patchstate::program_arguments(argc, argv));
    // Without the destructors: what OpenSSL and the others hold goes back to the system with the process, and to free
    // it piece by piece takes 0.5 ms.
    std::fflush(nullptr);
    std::_Exit(exit_code);
  } catch (const std::exception& error) {
    return patchstate::complain(error.what());
  }
}
