// SPDX-License-Identifier: Apache-2.0
// What a resident program waits for, in one thread: requests from outside, changed files, set clocks, the end of the
// one program it runs, and a moment. In between it does not wake up, except to tell the service manager that it lives.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/process_runner.h"

namespace patchstate {

/// What a clock on the wall shows; it may be set.
std::chrono::sys_seconds wall_clock();
/// Since boot, time in suspend included; nobody sets it.
std::chrono::milliseconds time_since_boot();
/// Since boot, without time in suspend: what sd_notify(3) wants as MONOTONIC_USEC.
std::chrono::microseconds monotonic_time();

/// First thing in main: SIGTERM, SIGINT, SIGHUP and SIGUSR1 no longer end the program, they wait for the loop.
/// Windows: so does Ctrl-C; what the service manager asks of a service comes the same way (service_manager.h).
void hold_signals();
/// How to ask for these, for --help.
const char* how_to_ask();

struct Happened {
  bool stop = false;    ///< SIGTERM or SIGINT; stop or preshutdown
  bool reload = false;  ///< SIGHUP; parameter change
  bool run = false;     ///< SIGUSR1; user-defined control 128
  bool files = false;
  std::chrono::milliseconds clock_moved{0};  ///< the wall clock was set by so much
  std::chrono::milliseconds slept{0};        ///< in suspend
  std::optional<ProcessResult> ended;        ///< the program that was started
};

class ResidentLoop {
 public:
  /// Holds the signals, if that was not done. Throws std::system_error without descriptors.
  ResidentLoop();
  ResidentLoop(const ResidentLoop&) = delete;
  ResidentLoop& operator=(const ResidentLoop&) = delete;
  ~ResidentLoop();  ///< ends the program that runs, with all its descendants

  /// Files and folders whose change is told (file_watch.h), on Windows also keys of the registry, `HKLM\…`; the problem
  /// with them, or empty.
  std::string watch(std::vector<std::filesystem::path> paths);
  /// Starts the one program. One that can't be started is told as ended by the next `wait`.
  void start(const Command& command);
  bool is_running() const;

  /// Until something happens or the time since boot is `until`.
  Happened wait(std::chrono::milliseconds until);

 private:
  struct Sources;
  std::unique_ptr<Sources> sources_;
};

}  // namespace patchstate
