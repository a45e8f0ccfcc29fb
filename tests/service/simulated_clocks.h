// SPDX-License-Identifier: Apache-2.0
// Clocks that stand still, for a program that is linked with simulated_clocks.cpp: the test says how they move.
#pragma once

#include <chrono>
#include <functional>

#include "platform/linux/clocks.h"
#include "platform/linux/unique_fd.h"

namespace patchstate::test {

class SimulatedClocks {
 public:
  using milliseconds = std::chrono::milliseconds;

  SimulatedClocks();

  /// Called when the resident loop is about to wait until `alarm` and no program of its own runs. Whatever it waits for
  /// must have happened when this returns.
  std::function<void(milliseconds alarm)> when_idle;
  /// How long each program runs.
  milliseconds run_of_program{0};

  milliseconds wall() const { return boot_ + wall_is_ahead_; }
  milliseconds boot() const { return boot_; }
  milliseconds monotonic() const { return boot_ - suspended_; }

  void go_on(milliseconds time) { boot_ += time; }
  void ring_alarm() const;
  /// Somebody sets the clock on the wall.
  void set_wall(milliseconds by);
  /// The machine sleeps, and wakes after that time.
  void suspend(milliseconds time);

 private:
  friend class patchstate::Timers;
  milliseconds boot_ = std::chrono::hours{1};
  milliseconds suspended_{0};
  milliseconds wall_is_ahead_ = std::chrono::hours{24} * 365 * 56;  // 2025-12-18
  UniqueFd alarm_;
  UniqueFd set_clock_;
};

/// The one of this program.
SimulatedClocks& clocks();

}  // namespace patchstate::test
