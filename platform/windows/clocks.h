// SPDX-License-Identifier: Apache-2.0
// The clocks of the resident loop.
#pragma once

#include <chrono>

namespace patchstate {

struct ClockReading {
  std::chrono::nanoseconds wall;      ///< since 1970, UTC; may be set
  std::chrono::nanoseconds boot;      ///< since boot, time in suspend included; in steps of some 16 ms
  std::chrono::nanoseconds unbiased;  ///< since boot, without time in suspend
};
ClockReading read_clocks();

}  // namespace patchstate
