// SPDX-License-Identifier: Apache-2.0
#include "agent/schedule.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace patchstate;
using namespace std::chrono_literals;

namespace {

constexpr Rhythm kRhythm{1h, 2min, 10s, 0x8000};  // the middle of the spread: the period is the interval
constexpr Moment kBoot = 1000s;

struct Event {
  Moment at;
  Trigger what;
};

std::string text_of(Trigger why, Moment at) {
  return std::string(to_text(why)) + "@" + std::to_string(std::chrono::floor<std::chrono::seconds>(at).count());
}

/// The runs until `end`, each of which takes `run`: "start@1060".
std::vector<std::string> runs(Schedule schedule, const std::vector<Event>& events, Moment end, Moment run = 0s) {
  std::vector<std::string> all;
  std::size_t next_event = 0;
  constexpr Moment kIdle = Moment::max();
  Moment ends = kIdle;
  for (Moment now = kBoot; now <= end;) {
    if (ends <= now) {
      schedule.finished();
      ends = kIdle;
    }
    for (; next_event < events.size() && events[next_event].at <= now; ++next_event)
      schedule.ask(events[next_event].what, now);
    if (const auto why = schedule.begin_due(now)) {
      all.push_back(text_of(*why, now));
      ends = now + run;
      continue;
    }
    Moment next = ends < kIdle ? ends : schedule.next();
    if (next_event < events.size()) next = std::min(next, events[next_event].at);
    now = std::max(next, now);
  }
  return all;
}

/// One whose first run is over.
Schedule running_schedule(const Rhythm& rhythm = kRhythm) {
  Schedule schedule(rhythm, 0, kBoot);
  REQUIRE(schedule.begin_due(kBoot) == Trigger::start);
  schedule.finished();
  return schedule;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the first run comes within the start delay, the others at the host's own interval") {
  CHECK(runs(Schedule(kRhythm, 0.5, kBoot), {}, kBoot + 2h) == Texts{"start@1060", "interval@4660"});
  CHECK(runs(Schedule(kRhythm, 0, kBoot), {}, kBoot) == Texts{"start@1000"});
  CHECK(runs(Schedule(kRhythm, 1, kBoot), {}, kBoot + 1h) == Texts{"start@1120"});
}

TEST_CASE("each event is one run, at once or when it has been quiet") {
  struct Row {
    std::vector<Event> events;
    Texts expected;
  };
  std::vector<Event> flurry;
  for (auto at = kBoot + 100s; at < kBoot + 220s; at += 5s) flurry.push_back({at, Trigger::files});
  const std::vector<Row> rows = {
      {{}, {}},
      {{{kBoot + 100s, Trigger::request}}, {"request@1100"}},
      {{{kBoot + 100s, Trigger::reload}}, {"reload@1100"}},
      {{{kBoot + 100s, Trigger::files}}, {"files@1110"}},
      {{{kBoot + 100s, Trigger::files}, {kBoot + 109s, Trigger::files}}, {"files@1119"}},
      {{{kBoot + 100s, Trigger::resume}, {kBoot + 103s, Trigger::files}}, {"resume@1113"}},
      {{{kBoot + 100s, Trigger::clock}}, {"clock@1110"}},
      // Somebody asks while it settles: that run has seen the files.
      {{{kBoot + 100s, Trigger::files}, {kBoot + 104s, Trigger::request}}, {"request@1104"}},
      {{{kBoot + 100s, Trigger::request}, {kBoot + 100s, Trigger::files}}, {"request@1100"}},
      // No quiet for two minutes: a run 50 s after the first change that it has not seen.
      {flurry, {"files@1150", "files@1205", "files@1225"}},
  };
  for (const auto& [events, expected] : rows) {
    const auto& shown = expected;
    CAPTURE(shown);
    CHECK(runs(running_schedule(), events, kBoot + 30min) == expected);
  }
}

TEST_CASE(
    "a source that did not answer is asked again after a quarter of an hour, then after twice as long each time") {
  auto schedule = running_schedule();  // its regular runs are an hour apart
  schedule.ask_again(kBoot);
  CHECK(schedule.next() == kBoot + 15min);
  REQUIRE(schedule.begin_due(kBoot + 15min) == Trigger::again);
  schedule.ask_again(kBoot + 16min);
  schedule.finished();
  REQUIRE(schedule.begin_due(kBoot + 46min) == Trigger::again);
  schedule.ask_again(kBoot + 47min);  // in an hour, which the regular run is not later than
  schedule.finished();
  const auto regular = schedule.next();
  CHECK(regular <= kBoot + 47min + 60min);
  REQUIRE(schedule.begin_due(regular).has_value());
  schedule.all_answered();
  schedule.finished();
  schedule.ask_again(regular);
  CHECK(schedule.next() == regular + 15min);
}

TEST_CASE("whatever is asked for while one is running is exactly one more run") {
  const std::vector<Event> events = {{kBoot + 100s, Trigger::request},
                                     {kBoot + 110s, Trigger::request},
                                     {kBoot + 111s, Trigger::files},
                                     {kBoot + 112s, Trigger::reload},
                                     {kBoot + 150s, Trigger::request}};
  CHECK(runs(running_schedule(), events, kBoot + 30min, 60s) == Texts{"request@1100", "request@1160"});
}

TEST_CASE("what was missed in suspend or in a long run is one run, not a burst") {
  auto schedule = running_schedule();
  const auto wakes = kBoot + 72h;
  schedule.ask(Trigger::resume, wakes);
  CHECK(schedule.begin_due(wakes) == Trigger::interval);
  schedule.finished();
  CHECK_FALSE(schedule.begin_due(wakes + 59min));
  CHECK(schedule.begin_due(wakes + 1h) == Trigger::interval);

  CHECK(runs(running_schedule(), {}, kBoot + 6h, 150min) == Texts{"interval@4600", "interval@13600", "interval@22600"});
}

TEST_CASE("a delivery that must wait is tried again, alone or with the next run") {
  auto schedule = running_schedule();
  schedule.retry_delivery(kBoot + 5min);
  CHECK(schedule.next() == kBoot + 5min);
  CHECK_FALSE(schedule.begin_due(kBoot + 4min));
  CHECK(schedule.begin_due(kBoot + 5min) == Trigger::retry);
  schedule.finished();
  CHECK(schedule.next() == kBoot + 1h);

  schedule.retry_delivery(kBoot + 20min);
  schedule.ask(Trigger::request, kBoot + 10min);
  CHECK(schedule.begin_due(kBoot + 10min) == Trigger::request);
  schedule.finished();
  CHECK(schedule.next() == kBoot + 70min);
}

TEST_CASE("a new rhythm holds at once: shorter intervals are not waited for the old way") {
  auto schedule = running_schedule();
  Rhythm faster = kRhythm;
  faster.interval = 1min;
  schedule.set_rhythm(faster, kBoot + 10s);
  CHECK(schedule.next() == kBoot + 70s);
  schedule.set_rhythm(kRhythm, kBoot + 20s);
  CHECK(schedule.next() == kBoot + 70s);
  CHECK(schedule.begin_due(kBoot + 70s) == Trigger::interval);
  CHECK(schedule.next() == kBoot + 70s + 1h);
}

TEST_CASE("a host's interval is its own, stays the same, and is a tenth off at most") {
  Rhythm rhythm;
  for (const auto interval : {std::chrono::seconds{60}, std::chrono::seconds{6h}, std::chrono::seconds{168h}}) {
    rhythm.interval = interval;
    std::chrono::milliseconds shortest = std::chrono::milliseconds::max();
    std::chrono::milliseconds longest{0};
    for (std::uint64_t seed = 0; seed < 65536; seed += 13) {
      rhythm.seed = seed + (seed << 40U);
      const auto period = period_of(rhythm);
      CHECK(period == period_of(rhythm));
      shortest = std::min(shortest, period);
      longest = std::max(longest, period);
    }
    CHECK(shortest == interval * 9 / 10);
    CHECK(longest <= interval * 11 / 10);
    CHECK(longest > interval * 1099 / 1000);
  }
}

TEST_CASE("one year: no run is left out, none comes twice, and the fleet does not march in step") {
  Rhythm rhythm;
  const auto year = 365 * 24h;
  std::vector<Event> events;
  for (Moment day = kBoot; day < kBoot + year; day += 24h) {
    for (int file = 0; file < 40; ++file) events.push_back({day + 5h + file * 2s, Trigger::files});
    if (day.count() % 7 == 0) events.push_back({day + 9h, Trigger::request});
  }
  std::size_t fewest = 100'000;
  std::size_t most = 0;
  for (const std::uint64_t seed : {0x0000U, 0x4321U, 0x8000U, 0xffffU}) {
    rhythm.seed = seed;
    const auto alone = runs(Schedule(rhythm, 0.5, kBoot), {}, kBoot + year, 3s).size();
    const auto expected = static_cast<std::size_t>((year - 60s) / period_of(rhythm)) + 1;
    CHECK(alone == expected);
    fewest = std::min(fewest, alone);
    most = std::max(most, alone);
    // 78 s of events each day are at most three runs more, and each of them starts the interval anew.
    const auto with_files = runs(Schedule(rhythm, 0.5, kBoot), events, kBoot + year, 3s).size();
    CHECK(with_files >= alone);
    CHECK(with_files <= alone + 3 * 366);
  }
  CHECK(most - fewest > 250);
}

TEST_CASE("a clock that is set by a minute, and a sleep of a minute, are worth a run, a correction is not") {
  CHECK(trigger_of_clocks(0s, 0s) == std::nullopt);
  CHECK(trigger_of_clocks(59s, 59s) == std::nullopt);
  CHECK(trigger_of_clocks(60s, 0s) == Trigger::clock);
  CHECK(trigger_of_clocks(-60s, 0s) == Trigger::clock);
  CHECK(trigger_of_clocks(-24h, 0s) == Trigger::clock);
  CHECK(trigger_of_clocks(0s, 8h) == Trigger::resume);
  CHECK(trigger_of_clocks(24h, 8h) == Trigger::resume);
}
