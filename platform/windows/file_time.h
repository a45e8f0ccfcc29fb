// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include <windows.h>

namespace patchstate {

/// Nanoseconds since 1970 of a FILETIME, which counts 100 ns since 1601.
inline std::int64_t nanoseconds_of(const FILETIME& time) {
  constexpr std::int64_t kFrom1601To1970 = 116'444'736'000'000'000;
  const auto ticks = static_cast<std::int64_t>(static_cast<std::uint64_t>(time.dwHighDateTime) << 32U |
                                               static_cast<std::uint64_t>(time.dwLowDateTime));
  return (ticks - kFrom1601To1970) * 100;
}

inline std::chrono::sys_seconds seconds_of(const FILETIME& time) {
  return std::chrono::sys_seconds{
      std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds{nanoseconds_of(time)})};
}

}  // namespace patchstate
