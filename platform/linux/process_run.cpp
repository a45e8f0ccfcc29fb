// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/process_run.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

#include <sys/wait.h>

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

/// A program that writes in small pieces would wake us for each of them: its pipe gathers what it says meanwhile.
constexpr auto kGathering = std::chrono::milliseconds{10};
/// For what a program says, at once: only what it fills is memory, and growing step by step would touch twice as much.
constexpr std::size_t kRoom = 4U << 20U;
/// For what is still in the pipes when the program has ended: a child that it left behind may hold them open for ever.
constexpr auto kDrainGrace = std::chrono::milliseconds{100};
/// The watcher's own limits (SIGTERM, then SIGKILL) add up to less.
constexpr auto kWatcherGrace = std::chrono::milliseconds{950};

}  // namespace

ProcessRun::Events ProcessRun::events() const {
  return {pollfd{process_.out.get(), POLLIN, 0}, pollfd{process_.err.get(), POLLIN, 0},
          pollfd{process_.report.get(), POLLIN, 0}};
}

void ProcessRun::take(const Events& happened) {
  // The report last: it is written after the program's own output.
  if (happened[0].revents != 0) {
    const auto before = out_.size();
    gathers_ = read_out() && out_.size() - before < buffer_.size();
  }
  if (happened[1].revents != 0) read_err();
  if (happened[2].revents != 0) read_report();
}

ProcessResult ProcessRun::finish() {
  const bool timed_out = !is_over();
  if (report_) {
    const auto grace = Clock::now() + kDrainGrace;
    while ((process_.out || process_.err) && !over_cap_ && Clock::now() < grace) wait_for_events(grace);
  }
  end_process();
  ProcessResult result = ending(timed_out);
  result.out = std::move(out_);
  result.err = err_.text();
  return result;
}

void ProcessRun::wait_for_events(Clock::time_point until) {
  const bool gathers = gathers_ && !report_ && process_.out;
  Events fds = events();
  if (gathers) {
    fds[0].fd = -1;
    until = std::min(until, Clock::now() + kGathering);
  }
  // Rounded up: a wait of zero would be a busy one.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<long long>(left, 0, 3'600'000)));
  if (gathers) fds[0].revents = POLLIN;
  take(fds);
}

/// True when there was something.
bool ProcessRun::read_out() {
  return read_pipe(process_.out, [this](std::string_view piece) {
    const auto room = output_cap_ - out_.size();
    over_cap_ = piece.size() > room;
    if (out_.capacity() < piece.size()) out_.reserve(std::min(output_cap_, kRoom));
    out_.append(piece.substr(0, room));
  });
}

bool ProcessRun::read_err() {
  return read_pipe(process_.err, [this](std::string_view piece) { err_.append(piece); });
}

template <class Take>
bool ProcessRun::read_pipe(UniqueFd& pipe, Take take) {
  const ssize_t got = ::read(pipe.get(), buffer_.data(), buffer_.size());
  if (got > 0)
    take(std::string_view(buffer_.data(), static_cast<std::size_t>(got)));
  else if (got == 0 || (errno != EAGAIN && errno != EINTR))
    pipe.reset();
  return got > 0;
}

void ProcessRun::read_report() {
  WatcherReport report;
  const ssize_t got = ::read(process_.report.get(), &report, sizeof report);
  if (got < 0 && errno == EINTR) return;
  if (got == static_cast<ssize_t>(sizeof report)) {
    if (!report_) report_ = report;
    return;
  }
  process_.report.reset();
  // A watcher that was killed took the program with it.
  if (!report_) report_ = WatcherReport{WatcherReport::Kind::signalled, SIGKILL};
}

/// Afterwards nothing runs any more, and everything that was written has been read.
void ProcessRun::end_process() {
  process_.life.reset();
  if (over_cap_) process_.out.reset();
  const auto give_up = Clock::now() + kWatcherGrace;
  const auto report = report_;
  while (process_.report && Clock::now() < give_up) wait_for_events(give_up);
  report_ = report;
  if (process_.report) ::kill(process_.watcher, SIGKILL);
  while (::waitpid(process_.watcher, nullptr, 0) < 0 && errno == EINTR) {
  }
  // Nobody writes any more, so this ends; what could not be killed and still writes meets the cap, or this limit.
  constexpr int kMostReads = 64;
  while (process_.out && !over_cap_ && read_out()) {
  }
  for (int i = 0; i < kMostReads && process_.err && read_err(); ++i) {
  }
}

ProcessResult ProcessRun::ending(bool timed_out) const {
  ProcessResult result;
  if (over_cap_) {
    result.ending = Ending::too_much_output;
  } else if (timed_out) {
    result.ending = Ending::timed_out;
  } else if (report_->kind == WatcherReport::Kind::exited) {
    result.ending = Ending::exited;
    result.exit_code = report_->value;
  } else if (report_->kind == WatcherReport::Kind::signalled) {
    result.ending = Ending::signalled;
    result.signal = report_->value;
  } else {
    result.start_error = report_->value;
  }
  return result;
}

}  // namespace patchstate
