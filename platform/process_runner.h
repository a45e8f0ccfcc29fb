// SPDX-License-Identifier: Apache-2.0
// Runs a program of the machine, and gets its answer or the reason there is none. Never a shell.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace patchstate {

struct Command {
  std::vector<std::string> argv;  ///< argv[0] is absolute, or a name looked up in the fixed PATH
  /// Added to the clean environment (LC_ALL=C.UTF-8, a fixed PATH, HOME=/nonexistent). Nothing is inherited.
  std::vector<std::pair<std::string, std::string>> environment;
  std::chrono::milliseconds deadline = std::chrono::seconds{60};
  std::size_t output_cap = 64U << 20U;  ///< bytes of stdout; stderr is cut at 1 MiB without ending the run
  std::size_t memory_cap = 0;           ///< bytes of each process: RLIMIT_AS, or what is committed; 0: none
  bool shares_output = false;           ///< the program finds our own stdout by `shared_output`
};

enum class Ending { failed_to_start, exited, signalled, timed_out, too_much_output };

struct ProcessResult {
  Ending ending = Ending::failed_to_start;
  int exit_code = -1;   ///< when exited
  int signal = 0;       ///< when signalled: what ended it; on Windows the exception (NTSTATUS)
  int start_error = 0;  ///< errno when failed_to_start (ENOENT: no such program)
  std::string out;
  std::string err;
  std::chrono::milliseconds duration{0};

  bool ok() const { return ending == Ending::exited && exit_code == 0; }
};

/// "apt-get update: exit code 100: E: Could not get lock …": program and first arguments, the end, last line of stderr.
std::string describe(const Command& command, const ProcessResult& result);
/// "signal 11 (Segmentation fault)", "exception 0xC0000005".
std::string describe_signal(int signal);

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  /// Blocks until the program and every process of its group is gone, at most `deadline` plus a second.
  /// A program that can't be started is a value (failed_to_start), because callers branch on it.
  virtual ProcessResult run(const Command& command) = 0;
};

/// The real one. The program gets its own process group or job, empty stdin, no descriptor of ours but what Command
/// names, lowered priority. At the end of a run, and when we die ourselves, it is killed with all its descendants,
/// daemons that left its group too; at the deadline it gets SIGTERM and 300 ms first (Windows has no such thing).
/// Throws std::system_error only when the machine has no more processes, descriptors or memory.
class SystemProcessRunner final : public ProcessRunner {
 public:
  ProcessResult run(const Command& command) override;
};

/// The stdout of whoever started us and shares it (Command::shares_output), else ours. nullptr: it can't be had.
std::FILE* shared_output();

/// Full path of `program` in the fixed PATH, or empty.
std::string find_program(const std::string& program);

}  // namespace patchstate
