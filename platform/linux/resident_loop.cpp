// SPDX-License-Identifier: Apache-2.0
#include "platform/resident_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <limits>
#include <system_error>
#include <utility>

#include <malloc.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "platform/linux/file_watch.h"
#include "platform/linux/os_error.h"
#include "platform/linux/process_run.h"
#include "platform/linux/unique_fd.h"
#include "platform/program_start.h"
#include "platform/service_manager.h"

namespace patchstate {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::array kSignals = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

nanoseconds time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

UniqueFd checked(int fd) {
  if (fd < 0) throw os_error(errno, "cannot wait for events");
  return UniqueFd(fd);
}

UniqueFd block_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : kSignals) ::sigaddset(&signals, signal);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return checked(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
}

timespec timespec_of(nanoseconds time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  return {static_cast<time_t>(whole.count()), static_cast<long>((time - whole).count())};
}

/// How far the clocks are apart; each grows or jumps only when something happened.
struct ClockOffsets {
  nanoseconds wall = time_of(CLOCK_REALTIME) - time_of(CLOCK_BOOTTIME);
  nanoseconds suspended = time_of(CLOCK_BOOTTIME) - time_of(CLOCK_MONOTONIC);
};

}  // namespace

milliseconds time_since_boot() {
  return std::chrono::floor<milliseconds>(time_of(CLOCK_BOOTTIME));
}

std::chrono::microseconds monotonic_time() {
  return std::chrono::floor<std::chrono::microseconds>(time_of(CLOCK_MONOTONIC));
}

struct ResidentLoop::Sources {
  enum Place : std::size_t { signals_at, files_at, alarm_at, clock_at, out_at, err_at, report_at, places };
  using Events = std::array<pollfd, places>;

  UniqueFd signals = block_signals();
  UniqueFd alarm = checked(::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC));
  UniqueFd clock = checked(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
  FileWatch files;
  std::unique_ptr<ProcessRun> run;
  std::optional<ProcessResult> not_started;
  milliseconds begun{0};
  milliseconds deadline{0};
  ClockOffsets offsets;
  std::optional<milliseconds> watchdog = watchdog_period();
  milliseconds fed{0};  ///< monotonic

  void wait_for_set_clock() const {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max();
    ::timerfd_settime(clock.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
  }

  void set_alarm(milliseconds at) const {
    itimerspec once{};
    once.it_value = timespec_of(std::max(at, milliseconds{1}));  // zero would be never
    ::timerfd_settime(alarm.get(), TFD_TIMER_ABSTIME, &once, nullptr);
  }

  /// Milliseconds until the watchdog must be told; -1: never.
  int feed_watchdog() {
    if (!watchdog) return -1;
    const auto now = std::chrono::floor<milliseconds>(monotonic_time());
    if (now >= fed + *watchdog) {
      tell_service_manager("WATCHDOG=1");
      fed = now;
    }
    return static_cast<int>(std::min<long long>((fed + *watchdog - now).count(), std::numeric_limits<int>::max()));
  }

  Events events() const {
    const auto of_run = run ? run->events() : ProcessRun::Events{pollfd{-1, 0, 0}, {-1, 0, 0}, {-1, 0, 0}};
    return {pollfd{signals.get(), POLLIN, 0},
            {files.descriptor(), POLLIN, 0},
            {alarm.get(), POLLIN, 0},
            {clock.get(), POLLIN, 0},
            of_run[0],
            of_run[1],
            of_run[2]};
  }

  void take_signals(Happened& happened) const {
    signalfd_siginfo info{};
    while (::read(signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      const auto signal = static_cast<int>(info.ssi_signo);
      happened.stop = happened.stop || signal == SIGTERM || signal == SIGINT;
      happened.reload = happened.reload || signal == SIGHUP;
      happened.run = happened.run || signal == SIGUSR1;
    }
  }

  void take_clocks(Happened& happened) {
    std::uint64_t expired = 0;
    if (::read(clock.get(), &expired, sizeof expired) < 0 && errno == ECANCELED) wait_for_set_clock();
    const ClockOffsets now;
    happened.clock_moved += std::chrono::duration_cast<milliseconds>(now.wall - offsets.wall);
    happened.slept += std::chrono::duration_cast<milliseconds>(now.suspended - offsets.suspended);
    offsets = now;
  }

  void take_run(const Events& polled, Happened& happened) {
    if (not_started) happened.ended = std::exchange(not_started, std::nullopt);
    if (!run) return;
    run->take({polled[out_at], polled[err_at], polled[report_at]});
    if (!run->is_over() && time_since_boot() < deadline) return;
    happened.ended = run->finish();
    happened.ended->duration = time_since_boot() - begun;
    run.reset();
    ::malloc_trim(0);  // what it said may have been long, and the next run is hours away
  }
};

ResidentLoop::ResidentLoop() : sources_(std::make_unique<Sources>()) {
  sources_->wait_for_set_clock();
}

ResidentLoop::~ResidentLoop() {
  if (sources_->run) sources_->run->finish();
}

std::string ResidentLoop::watch(std::vector<std::filesystem::path> paths) {
  sources_->files.watch(std::move(paths));
  return sources_->files.problem();
}

bool ResidentLoop::is_running() const {
  return sources_->run != nullptr || sources_->not_started;
}

void ResidentLoop::start(const Command& command) {
  ProcessResult failed;
  try {
    auto process = start_process(command);
    if (process.error == 0) {
      sources_->run = std::make_unique<ProcessRun>(std::move(process), command.output_cap);
      sources_->begun = time_since_boot();
      sources_->deadline = sources_->begun + command.deadline;
      return;
    }
    failed.start_error = process.error;
  } catch (const std::system_error& error) {
    failed.start_error = error.code().value();  // no more processes: the next run may find some
  }
  sources_->not_started = failed;
}

Happened ResidentLoop::wait(milliseconds until) {
  if (sources_->run) until = std::min(until, sources_->deadline);
  sources_->set_alarm(sources_->not_started ? milliseconds{0} : until);
  if (!is_running()) give_back_program_pages();
  Happened happened;
  for (;;) {
    auto events = sources_->events();
    const int count = ::poll(events.data(), events.size(), sources_->feed_watchdog());
    if (count < 0 && errno != EINTR) throw os_error(errno, "cannot wait for events");
    if (count <= 0) continue;
    sources_->take_signals(happened);
    happened.files = events[Sources::files_at].revents != 0 && sources_->files.take_changes();
    sources_->take_clocks(happened);
    if (!happened.stop) sources_->take_run(events, happened);
    const bool alarm = events[Sources::alarm_at].revents != 0;
    const bool clocks = events[Sources::clock_at].revents != 0;
    if (happened.stop || happened.reload || happened.run || happened.files || happened.ended || alarm || clocks)
      return happened;
  }
}

}  // namespace patchstate
