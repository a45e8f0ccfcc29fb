// SPDX-License-Identifier: Apache-2.0
#include "platform/resident_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "platform/linux/clocks.h"
#include "platform/linux/file_watch.h"
#include "platform/linux/heap.h"
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

sigset_t signals_of_loop() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : kSignals) ::sigaddset(&signals, signal);
  return signals;
}

UniqueFd open_signals() {
  const auto signals = signals_of_loop();
  UniqueFd fd(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) throw os_error(errno, "cannot wait for events");
  return fd;
}

/// How far the clocks are apart; each grows or jumps only when something happened.
struct ClockOffsets {
  explicit ClockOffsets(const ClockReading& now) : wall(now.wall - now.boot), suspended(now.boot - now.monotonic) {}
  nanoseconds wall;
  nanoseconds suspended;
};

}  // namespace

std::chrono::sys_seconds wall_clock() {
  return std::chrono::sys_seconds(std::chrono::floor<std::chrono::seconds>(read_clocks().wall));
}

milliseconds time_since_boot() {
  return std::chrono::floor<milliseconds>(read_clocks().boot);
}

std::chrono::microseconds monotonic_time() {
  return std::chrono::floor<std::chrono::microseconds>(read_clocks().monotonic);
}

void hold_signals() {
  const auto signals = signals_of_loop();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
}

const char* how_to_ask() {
  return "SIGHUP reads the configuration again, SIGUSR1 makes a run at once, SIGTERM ends it.";
}

struct ResidentLoop::Sources {
  enum Place : std::size_t { signals_at, files_at, alarm_at, clock_at, out_at, err_at, report_at, places };
  using Events = std::array<pollfd, places>;

  UniqueFd signals = open_signals();
  Timers timers;
  FileWatch files;
  std::unique_ptr<ProcessRun> run;
  std::optional<ProcessResult> not_started;
  milliseconds begun{0};
  milliseconds deadline{0};
  ClockOffsets offsets{read_clocks()};
  std::optional<milliseconds> watchdog = watchdog_period();
  milliseconds fed{0};  ///< monotonic

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
            {timers.alarm(), POLLIN, 0},
            {timers.set_clock(), POLLIN, 0},
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
    timers.take_set_clock();
    const ClockOffsets now(read_clocks());
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
    give_back_freed_memory();  // what it said may have been long, and the next run is hours away
  }
};

ResidentLoop::ResidentLoop() {
  hold_signals();
  sources_ = std::make_unique<Sources>();
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
  sources_->timers.set_alarm(sources_->not_started ? milliseconds{0} : until);
  Happened happened;
  for (;;) {
    auto events = sources_->events();
    const int until_fed = sources_->feed_watchdog();
    if (!is_running()) give_back_program_pages();
    const int count = ::poll(events.data(), events.size(), until_fed);
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
