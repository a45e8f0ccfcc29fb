// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/clocks.h"

#include <ratio>

#include <windows.h>

#include "platform/windows/file_time.h"

namespace patchstate {
namespace {

std::chrono::nanoseconds wall() {
  FILETIME time{};
  ::GetSystemTimePreciseAsFileTime(&time);
  return std::chrono::nanoseconds{nanoseconds_of(time)};
}

std::chrono::nanoseconds unbiased() {
  using Ticks = std::chrono::duration<long long, std::ratio<1, 10'000'000>>;
  ULONGLONG ticks = 0;
  ::QueryUnbiasedInterruptTime(&ticks);
  return Ticks{static_cast<long long>(ticks)};
}

}  // namespace

ClockReading read_clocks() {
  return {wall(), std::chrono::milliseconds{::GetTickCount64()}, unbiased()};
}

}  // namespace patchstate
