// SPDX-License-Identifier: Apache-2.0
// The clocks and timers of the resident loop, all in this one place: a year can be simulated by linking another
// clocks.cpp (tests/service/simulated_clocks.cpp).
#pragma once

#include <chrono>

#include "platform/linux/unique_fd.h"

namespace patchstate {

struct ClockReading {
  std::chrono::nanoseconds wall;
  std::chrono::nanoseconds boot;       ///< since boot, time in suspend included
  std::chrono::nanoseconds monotonic;  ///< since boot, without it
};
ClockReading read_clocks();

class Timers {
 public:
  Timers();  ///< throws std::system_error without descriptors

  /// `alarm` is readable from that time since boot on, whatever was set before.
  void set_alarm(std::chrono::milliseconds at) const;
  int alarm() const { return alarm_.get(); }

  /// Readable after the wall clock was set and after a suspend, until it is taken.
  int set_clock() const { return set_clock_.get(); }
  void take_set_clock() const;

 private:
  UniqueFd alarm_;
  UniqueFd set_clock_;
};

}  // namespace patchstate
