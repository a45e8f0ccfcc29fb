// SPDX-License-Identifier: Apache-2.0
// Linked instead of platform/linux/clocks.cpp: it defines the same symbols.
#include "tests/service/simulated_clocks.h"

#include <cstdint>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/linux/clocks.h"

namespace patchstate {
namespace test {
namespace {

void ring(const UniqueFd& event) {
  const std::uint64_t once = 1;
  if (::write(event.get(), &once, sizeof once) < 0) ::abort();
}

}  // namespace

void silence(int event) {
  std::uint64_t rung = 0;
  [[maybe_unused]] const ssize_t got = ::read(event, &rung, sizeof rung);
}

SimulatedClocks::SimulatedClocks()
    : alarm_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), set_clock_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void SimulatedClocks::ring_alarm() const {
  ring(alarm_);
}

void SimulatedClocks::set_wall(milliseconds by) {
  wall_is_ahead_ += by;
  ring(set_clock_);
}

void SimulatedClocks::suspend(milliseconds time) {
  boot_ += time;
  suspended_ += time;
  ring(set_clock_);  // as timerfd_create(2) does it for a timer that is cancelled when the clock is set
}

SimulatedClocks& clocks() {
  static SimulatedClocks all;
  return all;
}

}  // namespace test

ClockReading read_clocks() {
  const auto& clocks = test::clocks();
  return {clocks.wall(), clocks.boot(), clocks.monotonic()};
}

Timers::Timers()
    : alarm_(::fcntl(test::clocks().alarm_.get(), F_DUPFD_CLOEXEC, 0)),
      set_clock_(::fcntl(test::clocks().set_clock_.get(), F_DUPFD_CLOEXEC, 0)) {}

void Timers::set_alarm(std::chrono::milliseconds at) const {
  test::silence(alarm_.get());
  siginfo_t info{};
  const bool is_idle = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0;  // there is no child to wait for
  if (is_idle)
    test::clocks().when_idle(at);
  else
    test::clocks().go_on(test::clocks().run_of_program);
}

void Timers::take_set_clock() const {
  test::silence(set_clock_.get());
}

}  // namespace patchstate
