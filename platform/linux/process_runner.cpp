// SPDX-License-Identifier: Apache-2.0
#include "platform/process_runner.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include <poll.h>
#include <sys/wait.h>

#include "platform/linux/head_and_tail.h"
#include "platform/linux/process_start.h"
#include "platform/linux/process_watcher.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

/// For what is still in the pipes when the program has ended: a child that it left behind may hold them open for ever.
constexpr auto kDrainGrace = std::chrono::milliseconds{100};
/// The watcher's own limits (SIGTERM, then SIGKILL) add up to less.
constexpr auto kWatcherGrace = std::chrono::milliseconds{950};

class Run {
 public:
  Run(StartedProcess process, std::size_t output_cap) : process_(std::move(process)), output_cap_(output_cap) {}

  ProcessResult finish(Clock::time_point deadline) {
    while (!report_ && !over_cap_ && Clock::now() < deadline) wait_for_events(deadline);
    const bool timed_out = !report_ && !over_cap_;
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

 private:
  /// Reads what is there; returns at `until` at the latest.
  void wait_for_events(Clock::time_point until) {
    // Rounded up: a wait of zero would be a busy one.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    std::array<pollfd, 3> fds = {pollfd{process_.out.get(), POLLIN, 0}, pollfd{process_.err.get(), POLLIN, 0},
                                 pollfd{process_.report.get(), POLLIN, 0}};
    if (::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<long long>(left, 0, 3'600'000))) <= 0) return;
    // The report last: it is written after the program's own output.
    if (fds[0].revents != 0) read_out();
    if (fds[1].revents != 0) read_err();
    if (fds[2].revents != 0) read_report();
  }

  /// True when there was something.
  bool read_out() {
    return read_pipe(process_.out, [this](std::string_view piece) {
      const auto room = output_cap_ - out_.size();
      over_cap_ = piece.size() > room;
      out_.append(piece.substr(0, room));
    });
  }

  bool read_err() {
    return read_pipe(process_.err, [this](std::string_view piece) { err_.append(piece); });
  }

  template <class Take>
  bool read_pipe(UniqueFd& pipe, Take take) {
    const ssize_t got = ::read(pipe.get(), buffer_.data(), buffer_.size());
    if (got > 0)
      take(std::string_view(buffer_.data(), static_cast<std::size_t>(got)));
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
      pipe.reset();
    return got > 0;
  }

  void read_report() {
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
  void end_process() {
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

  ProcessResult ending(bool timed_out) const {
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

  StartedProcess process_;
  std::size_t output_cap_;
  std::string out_;
  HeadAndTail err_;
  std::optional<WatcherReport> report_;
  bool over_cap_ = false;
  std::array<char, 65536> buffer_;
};

}  // namespace

ProcessResult SystemProcessRunner::run(const Command& command) {
  const auto begun = Clock::now();
  ProcessResult result;
  StartedProcess process = start_process(command);
  if (process.error != 0)
    result.start_error = process.error;
  else
    result = Run(std::move(process), command.output_cap).finish(begun + command.deadline);
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  return result;
}

}  // namespace patchstate
