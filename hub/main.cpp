// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include <fmt/core.h>

#include "hub/command_line.h"
#include "platform/program_start.h"

/// One of the program's catch sites.
int main(int argc, char** argv) {
  constexpr int kFailed = 3;
  patchstate::prepare_program(kFailed);
  try {
    return patchstate::run_hub_command_line(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "patchstate-hub: {}\n", error.what());
    return kFailed;
  }
}
