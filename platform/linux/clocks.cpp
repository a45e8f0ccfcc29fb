// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/clocks.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <limits>

#include <sys/timerfd.h>
#include <unistd.h>

#include "platform/linux/os_error.h"

namespace patchstate {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

nanoseconds time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

timespec timespec_of(nanoseconds time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  return {static_cast<time_t>(whole.count()), static_cast<long>((time - whole).count())};
}

UniqueFd make_timer(clockid_t clock) {
  UniqueFd timer(::timerfd_create(clock, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer) throw os_error(errno, "cannot wait for events");
  return timer;
}

/// A timer that never expires, but is cancelled when the clock is set (timerfd_create(2)).
void wait_for_set_clock(int timer) {
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<time_t>::max();
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
}

}  // namespace

ClockReading read_clocks() {
  return {time_of(CLOCK_REALTIME), time_of(CLOCK_BOOTTIME), time_of(CLOCK_MONOTONIC)};
}

Timers::Timers() : alarm_(make_timer(CLOCK_BOOTTIME)), set_clock_(make_timer(CLOCK_REALTIME)) {
  wait_for_set_clock(set_clock_.get());
}

void Timers::set_alarm(milliseconds at) const {
  itimerspec once{};
  once.it_value = timespec_of(std::max(at, milliseconds{1}));  // zero would be never
  ::timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &once, nullptr);
}

void Timers::take_set_clock() const {
  std::uint64_t expired = 0;
  if (::read(set_clock_.get(), &expired, sizeof expired) < 0 && errno == ECANCELED)
    wait_for_set_clock(set_clock_.get());
}

}  // namespace patchstate
