// SPDX-License-Identifier: Apache-2.0
// When the resident program runs an assessment: pure, every moment is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace patchstate {

/// Since boot, time in suspend included: what was missed while the machine slept is due when it wakes.
using Moment = std::chrono::milliseconds;

/// Why something is run.
enum class Trigger { start, interval, again, files, resume, clock, request, reload, retry };
std::string_view to_text(Trigger trigger);

struct Rhythm {
  std::chrono::seconds interval = std::chrono::hours{6};
  std::chrono::seconds start_delay = std::chrono::minutes{2};
  std::chrono::seconds settle{10};
  std::uint64_t seed = 0;  ///< differs from host to host and stays the same on one
};

/// The interval of this host: up to a tenth shorter or longer, so that a fleet that was started together drifts apart.
std::chrono::milliseconds period_of(const Rhythm& rhythm);

/// One run at a time. Whatever is asked for while one is due or running is one more run, never a burst.
class Schedule {
 public:
  /// The first run comes after `fraction` (0 to 1) of the start delay.
  Schedule(const Rhythm& rhythm, double fraction, Moment now);

  /// A request or a reload is due at once; what comes in flurries (files, clock, resume) when it has been quiet for
  /// `settle`, at most 50 s after the first.
  void ask(Trigger why, Moment now);
  /// Only the delivery again. The next run takes it along if that comes first.
  void retry_delivery(Moment at) { retry_ = at; }
  /// A source gave no answer that it may give in a while: the regular run comes after 15 minutes, and after twice as
  /// long each time that it happens in a row.
  void ask_again(Moment now);
  void all_answered() { unanswered_ = 0; }
  void set_rhythm(const Rhythm& rhythm, Moment now);

  /// Takes what is due, and it is running until `finished`. Nothing while something is running.
  std::optional<Trigger> begin_due(Moment now);
  void finished() { running_ = false; }

  /// When something is due next, if nothing happens until then. Also told while something is running.
  Moment next() const;

 private:
  struct Asked {
    Trigger why;
    Moment first;
    Moment due;
  };

  Rhythm rhythm_;
  Trigger regular_why_ = Trigger::start;
  Moment regular_;      ///< the next run that nobody has to ask for
  int unanswered_ = 0;  ///< runs in a row
  std::optional<Asked> asked_;
  std::optional<Moment> retry_;
  bool running_ = false;
};

/// What the clocks show after something may have set them: by how much the wall clock moved against the time since
/// boot, and how long the machine slept. A correction of seconds is not worth a run.
std::optional<Trigger> trigger_of_clocks(std::chrono::milliseconds moved, std::chrono::milliseconds slept);

}  // namespace patchstate
