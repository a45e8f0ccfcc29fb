// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "agent/command_line.h"
#include "agent/output.h"
#include "platform/program_start.h"

/// One of the program's catch sites: whatever was not turned into a part of the answer is the answer "unknown".
int main(int argc, char** argv) {
  patchstate::prepare_program(patchstate::kExitUnknown);
  patchstate::take_first_pages();
  try {
    return patchstate::run_command_line(patchstate::program_arguments(argc, argv));
  } catch (const std::exception& error) {
    return patchstate::complain(error.what());
  }
}
