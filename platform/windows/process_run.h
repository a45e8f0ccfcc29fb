// SPDX-License-Identifier: Apache-2.0
// One run of a program, for whoever waits: the runner that waits for it alone, and the resident loop that waits for
// more.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/head_and_tail.h"
#include "platform/process_runner.h"
#include "platform/windows/process_start.h"

namespace patchstate {

/// Our end of a pipe, of which a piece is always being read.
class PipeReader {
 public:
  /// Throws std::system_error without handles.
  explicit PipeReader(UniqueHandle pipe);
  PipeReader(const PipeReader&) = delete;
  PipeReader& operator=(const PipeReader&) = delete;
  ~PipeReader();

  bool at_end() const { return !pipe_; }
  /// Signalled when there is something to take.
  HANDLE event() const { return event_.get(); }
  /// What came, until the next call; empty: nothing yet, or the end. Never blocks.
  std::string_view take();
  void close();

 private:
  void read_on();

  UniqueHandle pipe_;
  UniqueHandle event_;
  OVERLAPPED reading_{};
  std::array<char, 65536> buffer_{};
  std::array<char, 65536> taken_{};
};

class ProcessRun {
 public:
  ProcessRun(StartedProcess process, std::size_t output_cap);

  /// What to wait for, any of them.
  std::vector<HANDLE> events() const;
  /// Reads what is there; never blocks.
  void take();
  /// Reads what is there; returns at `until` at the latest.
  void wait_for_events(std::chrono::steady_clock::time_point until);
  /// The program has ended, or has said more than it may.
  bool is_over() const { return ended_ || over_cap_; }

  /// Ends it with everything it started, within 1.1 s. One that was not over has timed out.
  ProcessResult finish();

 private:
  void take_out();
  void end_process();
  ProcessResult ending(bool timed_out) const;

  StartedProcess process_;
  std::size_t output_cap_;
  std::unique_ptr<PipeReader> out_pipe_;
  std::unique_ptr<PipeReader> err_pipe_;
  std::string out_;
  HeadAndTail err_;
  bool ended_ = false;
  DWORD exit_code_ = 0;
  bool over_cap_ = false;
};

}  // namespace patchstate
