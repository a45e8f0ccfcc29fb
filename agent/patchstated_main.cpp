// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>

#include <fmt/core.h>

#include "agent/patchstated.h"
#include "agent/patchstated_log.h"
#include "agent/version.h"
#include "platform/program_start.h"
#include "platform/resident_loop.h"

namespace patchstate {
namespace {

constexpr std::string_view kHelp =
    "Watches the clock and the package manager's files, and has patchstate assess this machine and send the result\n"
    "\n"
    "Usage: patchstated [OPTIONS]\n"
    "\n"
    "Options:\n"
    "  --config FILE  configuration file, instead of /etc/patchstate/patchstate.toml\n"
    "  --help         print this help message and exit\n"
    "  --version      display program version information and exit\n"
    "\n"
    "SIGHUP reads the configuration again, SIGUSR1 makes a run at once, SIGTERM ends it.\n"
    "Exit code: 0 stopped, or another one is at work; 3 an error.\n";

int run_command_line(int argc, const char* const* argv) {
  ResidentOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "--version") {
      if (argument == "--help")
        fmt::print("{}", kHelp);
      else
        fmt::print("patchstated {}\n", agent_version());
      return std::fflush(stdout) == 0 ? 0 : kExitFailed;
    }
    if (argument != "--config" || i + 1 == argc) {
      log(Priority::error, Event::problem, fmt::format("\"{}\" is not understood; see --help", argument));
      return kExitFailed;
    }
    options.config_file = std::filesystem::absolute(argv[++i]);  // children start in another folder
  }
  return run_resident(options);
}

}  // namespace
}  // namespace patchstate

/// One of the program's catch sites.
int main(int argc, char** argv) {
  patchstate::hold_signals();
  patchstate::prepare_program(0);
  try {
    return patchstate::run_command_line(argc, argv);
  } catch (const std::exception& error) {
    patchstate::log(patchstate::Priority::error, patchstate::Event::problem, error.what());
    return patchstate::kExitFailed;
  }
}
