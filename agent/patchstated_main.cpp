// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "agent/patchstated.h"
#include "agent/patchstated_log.h"
#include "agent/version.h"
#include "platform/paths.h"
#include "platform/program_start.h"
#include "platform/resident_loop.h"
#include "platform/service_manager.h"

namespace patchstate {
namespace {

constexpr const char kHelp[] =
    "Watches the clock and the package manager's files, and has patchstate assess this machine and send the result\n"
    "\n"
    "Usage: patchstated [OPTIONS]\n"
    "\n"
    "Options:\n"
    "  --config FILE  configuration file, instead of {}\n"
    "  --help         print this help message and exit\n"
    "  --version      display program version information and exit\n"
    "\n"
    "{}\n"
    "Exit code: 0 stopped, or another one is at work; 3 an error.\n";

/// A service's end is this function's, not main's.
int run_and_complain(const ResidentOptions& options) {
  try {
    return run_resident(options);
  } catch (const std::exception& error) {
    log(Priority::error, Event::problem, error.what());
    return kExitFailed;
  }
}

int run_command_line(const std::vector<std::string>& arguments) {
  ResidentOptions options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    if (argument == "--help" || argument == "--version") {
      if (argument == "--help")
        fmt::print(kHelp, default_config_file().string(), how_to_ask());
      else
        fmt::print("patchstated {}\n", agent_version());
      return std::fflush(stdout) == 0 ? 0 : kExitFailed;
    }
    if (argument != "--config" || i + 1 == arguments.size()) {
      log(Priority::error, Event::problem, fmt::format("\"{}\" is not understood; see --help", argument));
      return kExitFailed;
    }
    options.config_file = std::filesystem::absolute(arguments[++i]);  // children start in another folder
  }
  return run_under_service_manager([&options] { return run_and_complain(options); });
}

}  // namespace
}  // namespace patchstate

/// One of the program's catch sites.
int main(int argc, char** argv) {
  patchstate::hold_signals();
  patchstate::prepare_program(0);
  try {
    return patchstate::run_command_line(patchstate::program_arguments(argc, argv));
  } catch (const std::exception& error) {
    patchstate::log(patchstate::Priority::error, patchstate::Event::problem, error.what());
    return patchstate::kExitFailed;
  }
}
