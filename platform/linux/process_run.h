// SPDX-License-Identifier: Apache-2.0
// One run of a program, for whoever polls: the runner that waits for it, and the resident loop that waits for more.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <poll.h>

#include "platform/head_and_tail.h"
#include "platform/linux/process_start.h"
#include "platform/linux/process_watcher.h"
#include "platform/process_runner.h"

namespace patchstate {

class ProcessRun {
 public:
  using Events = std::array<pollfd, 3>;

  ProcessRun(StartedProcess process, std::size_t output_cap) : process_(std::move(process)), output_cap_(output_cap) {}

  /// What to wait for; a pipe that is at its end is -1, which poll(2) leaves out.
  Events events() const;
  /// Reads what is there; never blocks.
  void take(const Events& happened);
  /// Reads what is there; returns at `until` at the latest.
  void wait_for_events(std::chrono::steady_clock::time_point until);
  /// The program has ended, or has said more than it may.
  bool is_over() const { return report_ || over_cap_; }

  /// Ends it with all its descendants, within 1.1 s. One that was not over has timed out.
  ProcessResult finish();

 private:
  bool read_out();
  bool read_err();
  template <class Take>
  bool read_pipe(UniqueFd& pipe, Take take);
  void read_report();
  void end_process();
  ProcessResult ending(bool timed_out) const;

  StartedProcess process_;
  std::size_t output_cap_;
  std::string out_;
  HeadAndTail err_;
  std::optional<WatcherReport> report_;
  bool over_cap_ = false;
  bool gathers_ = false;  ///< some of what it said was read, not all that fits: more is likely to follow
  std::array<char, 65536> buffer_;
};

}  // namespace patchstate
