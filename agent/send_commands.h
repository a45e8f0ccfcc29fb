// SPDX-License-Identifier: Apache-2.0
// What patchstate-send does: a program of its own, because linking libcurl costs every start of `patchstate` 6 ms and
// 7 MiB.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace patchstate {

// Exit codes beside 3, which is: could not even be tried.
inline constexpr int kExitRejected = 1;
inline constexpr int kExitLater = 75;  ///< EX_TEMPFAIL of sysexits.h: the same again later may work

/// "-" for standard input.
using FileOrInput = std::filesystem::path;

struct HubOptions {
  std::optional<std::filesystem::path> config_file;
  std::optional<std::filesystem::path> ca;  ///< over the configuration's
};

struct SendCommand {
  HubOptions hub;
  std::optional<FileOrInput> file;  ///< nullopt: what waits, else the last assessment
  bool full = false;
  bool due = false;  ///< as the service does: only what waits, and only when it is time
  bool all = false;  ///< only what waits, without regard to the time
};
/// Exit code: the worst of what happened. With `due` and something left, a line "next=SECONDS" on standard output.
int run(const SendCommand& command);

struct EnrollCommand {
  HubOptions hub;
  std::optional<std::string> address;  ///< over the configuration's
  FileOrInput token_file;
};
int run(const EnrollCommand& command);

struct DoctorCommand {
  HubOptions hub;
};
/// Looks at everything that reporting needs, a line each. Exit code: 1 when something must be mended.
int run(const DoctorCommand& command);

/// Reads the command line of patchstate-send (the program's name first) and runs its command.
int run_send_command_line(const std::vector<std::string>& arguments);

}  // namespace patchstate
