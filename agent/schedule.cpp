// SPDX-License-Identifier: Apache-2.0
#include "agent/schedule.h"

#include <algorithm>

namespace patchstate {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongestSettle = 50s;
constexpr auto kSmallestJump = 60s;
constexpr auto kShortestSleep = 60s;
constexpr auto kFirstAgain = 15min;
constexpr int kMostDoublings = 10;
constexpr std::uint64_t kSteps = 1 << 16;

bool is_at_once(Trigger why) {
  return why == Trigger::request || why == Trigger::reload;
}

}  // namespace

std::string_view to_text(Trigger trigger) {
  switch (trigger) {
    case Trigger::start:
      return "start";
    case Trigger::interval:
      return "interval";
    case Trigger::again:
      return "again";
    case Trigger::files:
      return "files";
    case Trigger::resume:
      return "resume";
    case Trigger::clock:
      return "clock";
    case Trigger::request:
      return "request";
    case Trigger::reload:
      return "reload";
    case Trigger::retry:
      return "retry";
  }
  return "unknown";
}

std::chrono::milliseconds period_of(const Rhythm& rhythm) {
  const std::chrono::milliseconds interval = rhythm.interval;
  const auto step = static_cast<std::int64_t>(rhythm.seed % kSteps);
  return interval - interval / 10 + interval / 5 * step / static_cast<std::int64_t>(kSteps);
}

Schedule::Schedule(const Rhythm& rhythm, double fraction, Moment now) : rhythm_(rhythm) {
  const std::chrono::duration<double> delay = rhythm.start_delay * std::clamp(fraction, 0.0, 1.0);
  regular_ = now + std::chrono::duration_cast<Moment>(delay);
}

void Schedule::ask(Trigger why, Moment now) {
  if (!asked_) asked_ = Asked{why, now, Moment::max()};
  // The one that came first names the run, unless a person asks now.
  if (is_at_once(why) && !is_at_once(asked_->why)) asked_->why = why;
  asked_->due = is_at_once(asked_->why) ? std::min(asked_->due, now)
                                        : std::min<Moment>(now + rhythm_.settle, asked_->first + kLongestSettle);
}

void Schedule::ask_again(Moment now) {
  const Moment at = now + kFirstAgain * (1 << std::min(unanswered_++, kMostDoublings));
  if (at >= regular_) return;
  regular_ = at;
  regular_why_ = Trigger::again;
}

void Schedule::set_rhythm(const Rhythm& rhythm, Moment now) {
  rhythm_ = rhythm;
  regular_ = std::min(regular_, now + period_of(rhythm_));
}

std::optional<Trigger> Schedule::begin_due(Moment now) {
  if (running_ || next() > now) return std::nullopt;
  running_ = true;
  const bool asked = asked_ && asked_->due <= now;
  const bool regular = regular_ <= now;
  const auto why = asked ? asked_->why : regular ? regular_why_ : Trigger::retry;
  retry_.reset();
  if (!asked && !regular) return why;
  // A run sees everything that happened until now, so it answers whoever waits for quiet, too.
  asked_.reset();
  regular_why_ = Trigger::interval;
  regular_ = now + period_of(rhythm_);
  return why;
}

Moment Schedule::next() const {
  Moment next = regular_;
  if (asked_) next = std::min(next, asked_->due);
  if (retry_) next = std::min(next, *retry_);
  return next;
}

std::optional<Trigger> trigger_of_clocks(std::chrono::milliseconds moved, std::chrono::milliseconds slept) {
  if (slept >= kShortestSleep) return Trigger::resume;
  if (std::chrono::abs(moved) >= kSmallestJump) return Trigger::clock;
  return std::nullopt;
}

}  // namespace patchstate
