// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/clocks.h"

#include <ratio>

#include <windows.h>

namespace patchstate {
namespace {

using Ticks = std::chrono::duration<long long, std::ratio<1, 10'000'000>>;  ///< as FILETIME counts

constexpr Ticks kFrom1601To1970 = std::chrono::seconds{11'644'473'600};

Ticks wall() {
  FILETIME time{};
  ::GetSystemTimePreciseAsFileTime(&time);
  ULARGE_INTEGER ticks{};
  ticks.LowPart = time.dwLowDateTime;
  ticks.HighPart = time.dwHighDateTime;
  return Ticks{static_cast<long long>(ticks.QuadPart)} - kFrom1601To1970;
}

Ticks unbiased() {
  ULONGLONG ticks = 0;
  ::QueryUnbiasedInterruptTime(&ticks);
  return Ticks{static_cast<long long>(ticks)};
}

}  // namespace

ClockReading read_clocks() {
  return {wall(), std::chrono::milliseconds{::GetTickCount64()}, unbiased()};
}

}  // namespace patchstate
