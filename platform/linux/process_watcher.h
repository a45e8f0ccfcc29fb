// SPDX-License-Identifier: Apache-2.0
// A forked copy of this process that stands between us and a program we run. Whatever happens to us, the program and
// all its descendants are killed: it sees our end of a pipe close, and orphans become its children
// (PR_SET_CHILD_SUBREAPER), so that a daemon that left the process group is found too.
#pragma once

#include <cstddef>

#include <sys/types.h>

namespace patchstate {

/// All that is needed after the fork, when nothing may be allocated. Descriptors are >= kFirstFreeFd.
struct WatchedProgram {
  const char* path = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  int input = -1;
  int out = -1;
  int err = -1;
  int life = -1;           ///< read end; end of file means: end the program
  int report = -1;         ///< write end, for WatcherReport
  int shared_output = -1;  ///< for Command::shares_output; -1: none
  std::size_t memory_cap = 0;
};

constexpr int kSharedOutput = 3;  ///< the program's
constexpr int kFirstFreeFd = 6;   ///< below are the watcher's own places: 0 to 2, life, report and the shared output

struct WatcherReport {
  enum class Kind : int { exec_failed, exited, signalled };
  Kind kind = Kind::exec_failed;
  int value = 0;  ///< errno, exit code or signal
};

/// Life of the watcher, in the child of a fork made with all signals blocked. Async-signal-safe.
[[noreturn]] void watch_program(const WatchedProgram& program);

}  // namespace patchstate
