// SPDX-License-Identifier: Apache-2.0
// A year of the resident program, with real child processes, files and signals; only the clocks are simulated.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "agent/patchstated.h"
#include "agent/schedule.h"
#include "agent/settings_text.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "tests/service/simulated_clocks.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

constexpr auto kDay = 24h;
constexpr auto kMonth = 30 * kDay;
constexpr auto kYear = 13 * kMonth;
constexpr Moment kSettle = 10s;
constexpr Moment kLongestSettle = 50s;
constexpr Moment kHubAsksForPatience = 1h;
constexpr Moment kProgram = 3s;  ///< each takes so long
const Rhythm kRhythm{6h, 0s, 10s, 0x4321};

enum class Kind { file, folder_replaced, request, reload, clock_set, suspend, hub_down, hub_up };

struct Event {
  Moment at;
  Kind kind;
  Moment by{0};
};

/// What was done between two idle moments: a run, or several that nothing lay between.
struct Record {
  Moment ended;
  std::string triggers;  ///< "retry files "
  std::string programs;  ///< "sas": send; assess, then send
  bool operator==(const Record&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Record& record) {
  return out << record.triggers << record.programs << " until " << record.ended.count() << " ms";
}

/// At moments that repeat themselves for no reason but the seed. None is within a quarter of an hour of another, except
/// for the flurries.
std::vector<Event> a_year_of_events(Moment start) {
  std::mt19937 random(20261128);
  const auto some = [&random](Moment most) {
    return Moment(std::uniform_int_distribution<Moment::rep>(0, most.count())(random));
  };
  std::vector<Event> events;
  for (int day = 1; day < kYear / kDay; ++day) {
    const Moment begins = start + day * kDay;
    const auto in_hour = [&](int hour) { return begins + std::chrono::hours{hour} + some(45min); };
    if (const auto at = in_hour(1); true)
      for (int file = 0; file < day % 30; ++file) events.push_back({at + file * 3s, Kind::file});
    if (day % 5 == 0) events.push_back({in_hour(4), Kind::folder_replaced});
    if (day % 7 == 1) events.push_back({in_hour(6), Kind::request});
    if (day % 7 == 3) events.push_back({in_hour(8), Kind::reload});
    if (day % 30 == 4) events.push_back({in_hour(10), Kind::clock_set, kDay});
    if (day % 30 == 9) events.push_back({in_hour(10), Kind::clock_set, -kDay});
    if (day % 30 == 12) events.push_back({in_hour(12), Kind::hub_down});
    if (day % 30 == 14) events.push_back({in_hour(12), Kind::hub_up});
    if (day % 7 == 5) events.push_back({in_hour(14), Kind::suspend, 8h});
    if (day % 7 == 6) events.push_back({in_hour(14), Kind::suspend, 20min});
  }
  return events;
}

/// What should come of them, told without the code under test.
class Expectation {
 public:
  explicit Expectation(Moment start) : now_(start + kProgram), regular_(now_) { run(regular_trigger_); }

  std::vector<Record> all(const std::vector<Event>& events, Moment end) {
    for (const auto& event : events) {
      while (next() < event.at || next() <= now_) run_what_is_due(next());
      take(event);
    }
    while (next() < end) run_what_is_due(next());
    return records_;
  }

 private:
  static constexpr Moment kNever = Moment::max();

  Moment next() const { return std::min({regular_, asked_, retry_}); }

  void run_what_is_due(Moment at) {
    go_on_to(at);
    if (asked_ <= now_)
      run(why_asked_);
    else if (regular_ <= now_)
      run(regular_trigger_);
    else if (retry_ <= now_)
      retry();
  }

  void go_on_to(Moment at) {
    was_idle_ = was_idle_ || at > now_;
    now_ = std::max(now_, at);
  }

  void run(std::string why) {
    regular_ = now_ + period_of(kRhythm);
    regular_trigger_ = "interval";
    asked_ = kNever;
    now_ += 2 * kProgram;
    delivered(why, "as");
  }

  void retry() {
    now_ += kProgram;
    delivered("retry", "s");
  }

  void delivered(const std::string& why, std::string_view programs) {
    if (std::exchange(was_idle_, false)) records_.emplace_back();
    auto& record = records_.back();
    record.ended = now_;
    record.triggers += why + " ";
    record.programs += programs;
    retry_ = hub_is_down_ ? now_ + kHubAsksForPatience : kNever;
  }

  void ask(const std::string& why) {
    if (asked_ == kNever) {
      first_asked_ = now_;
      why_asked_ = why;
    }
    asked_ = std::min(now_ + kSettle, first_asked_ + kLongestSettle);
  }

  void take(const Event& event) {
    was_idle_ = true;
    go_on_to(event.at);
    if (event.kind == Kind::hub_down || event.kind == Kind::hub_up) hub_is_down_ = event.kind == Kind::hub_down;
    if (event.kind == Kind::file || event.kind == Kind::folder_replaced) ask("files");
    if (event.kind == Kind::clock_set) ask("clock");
    if (event.kind == Kind::suspend) {
      now_ += event.by;
      ask("resume");
    }
    if (event.kind == Kind::reload) now_ += kProgram;
    if (event.kind == Kind::request) run("request");
    if (event.kind == Kind::reload) run("reload");
    while (next() <= now_) run_what_is_due(now_);
  }

  std::vector<Record> records_;
  Moment now_;
  Moment regular_;
  std::string regular_trigger_ = "start";
  Moment asked_ = kNever;
  Moment first_asked_{0};
  std::string why_asked_;
  Moment retry_ = kNever;
  bool hub_is_down_ = false;
  bool was_idle_ = true;  ///< since the last run
};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMallocIsOurs = false;
#elif defined(__has_feature)
constexpr bool kMallocIsOurs = !__has_feature(address_sanitizer);
#else
constexpr bool kMallocIsOurs = true;
#endif

/// What the process holds.
struct Held {
  std::ptrdiff_t descriptors = 0;
  std::size_t in_use = 0;           ///< bytes of malloc
  unsigned long anonymous = 0;      ///< KiB
  unsigned long private_dirty = 0;  ///< KiB
};

unsigned long kib_of(const std::string& rollup, const std::string& key) {
  const auto at = rollup.find("\n" + key + ":");
  return at == std::string::npos ? 0 : std::stoul(rollup.substr(at + key.size() + 2));
}

Held what_is_held() {
  std::ifstream file("/proc/self/smaps_rollup");
  const std::string rollup(std::istreambuf_iterator<char>(file), {});
  return {std::distance(fs::directory_iterator("/proc/self/fd"), {}), ::mallinfo2().uordblks,
          kib_of(rollup, "Anonymous"), kib_of(rollup, "Private_Dirty")};
}

/// Makes the events happen when the resident program is idle, and writes down what it did.
class Year {
 public:
  explicit Year(fs::path folder)
      : folder_(std::move(folder)),
        start_(test::clocks().boot()),
        end_(start_ + kYear),
        events_(a_year_of_events(start_)) {
    // All of the test's own memory is taken, and touched, before anything is measured.
    records_.resize(2 * events_.size() + 4000);
    records_.clear();
    months_.reserve(kYear / kMonth);
    fs::create_directories(folder_ / "watched");
    std::ofstream(folder_ / "programs");
    test::clocks().run_of_program = kProgram;
    test::clocks().when_idle = [this](Moment alarm) { idle(alarm); };
  }

  std::vector<Record> expected() const { return Expectation(start_).all(events_, end_); }
  const std::vector<Record>& records() const { return records_; }
  const std::vector<Held>& months() const { return months_; }
  const std::vector<std::string>& wrong_states() const { return wrong_states_; }

 private:
  void idle(Moment alarm) {
    write_down();
    auto& clocks = test::clocks();
    if (clocks.boot() >= start_ + (months_.size() + 1) * kMonth) months_.push_back(what_is_held());
    bool woken = false;
    while (!woken && next_ < events_.size() && events_[next_].at <= std::min(alarm, end_))
      woken = happens(events_[next_++]);
    if (woken) return;
    if (alarm >= end_) {
      ::kill(::getpid(), SIGTERM);
      return;
    }
    clocks.go_on(std::max(alarm - clocks.boot(), Moment{0}));
    clocks.ring_alarm();
  }

  /// False: nothing that the program could notice.
  bool happens(const Event& event) {
    auto& clocks = test::clocks();
    clocks.go_on(std::max(event.at - clocks.boot(), Moment{0}));
    switch (event.kind) {
      case Kind::file:
        std::ofstream(folder_ / "watched" / "status") << "changed";
        return true;
      case Kind::folder_replaced:
        fs::rename(folder_ / "watched", folder_ / "old");
        fs::create_directory(folder_ / "watched");
        fs::remove_all(folder_ / "old");
        return true;
      case Kind::request:
        ::kill(::getpid(), SIGUSR1);
        return true;
      case Kind::reload:
        ::kill(::getpid(), SIGHUP);
        return true;
      case Kind::clock_set:
        clocks.set_wall(event.by);
        return true;
      case Kind::suspend:
        clocks.suspend(event.by);
        return true;
      case Kind::hub_down:
        std::ofstream(folder_ / "hub-is-down");
        return false;
      case Kind::hub_up:
        fs::remove(folder_ / "hub-is-down");
        return false;
    }
    return false;
  }

  void write_down() {
    const auto programs = read_file(folder_ / "programs");
    if (programs.empty()) return;
    Record record{test::clocks().boot(), {}, programs};
    constexpr std::string_view kRun = "run finished: trigger=";
    const auto log = read_file(folder_ / "log");
    for (auto at = log.find(kRun); at != std::string::npos; at = log.find(kRun, at + 1)) {
      const auto begins = at + kRun.size();
      record.triggers += log.substr(begins, log.find(' ', begins) + 1 - begins);
    }
    for (const auto* const file : {"programs", "log"}) fs::resize_file(folder_ / file, 0);
    std::string last_run;
    const auto state = read_file(folder_ / "service-state");
    for_each_setting(state, [&last_run](std::string_view key, std::string_view value) {
      if (key == "last_run") last_run = value;
    });
    const auto wall = std::chrono::floor<std::chrono::seconds>(std::chrono::sys_time<Moment>(test::clocks().wall()));
    if (last_run != format_time(wall)) wrong_states_.push_back(last_run + " and not " + format_time(wall));
    records_.push_back(std::move(record));
  }

  fs::path folder_;
  Moment start_;
  Moment end_;
  std::vector<Event> events_;
  std::size_t next_ = 0;
  std::vector<Record> records_;
  std::vector<Held> months_;
  std::vector<std::string> wrong_states_;
};

/// What is written to stderr meanwhile goes into a file.
class Redirected {
 public:
  explicit Redirected(const fs::path& file) : before_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    const UniqueFd log(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    ::dup2(log.get(), STDERR_FILENO);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  ~Redirected() { ::dup2(before_.get(), STDERR_FILENO); }

 private:
  UniqueFd before_;
};

/// Everything of the service manager's that may be set where the tests run.
void enter(const fs::path& folder) {
  for (const char* const name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "JOURNAL_STREAM"}) ::unsetenv(name);
  ::setenv("STATE_DIRECTORY", folder.c_str(), 1);
  ::setenv("CACHE_DIRECTORY", folder.c_str(), 1);
}

}  // namespace

TEST_CASE(
    "a year of set clocks, suspends and a hub that is down has each run when it should be, once, and nothing grows") {
  const test::TemporaryFolder folder;
  enter(folder.path());
  Year year(folder.path());
  {
    const Redirected log(folder / "log");
    REQUIRE(run_resident({}) == 0);
  }
  const auto expected = year.expected();
  const auto& records = year.records();
  const auto differ = std::mismatch(records.begin(), records.end(), expected.begin(), expected.end());
  CHECK(records.size() == expected.size());
  if (differ.first != records.end())
    CHECK(*differ.first == (differ.second == expected.end() ? Record{} : *differ.second));
  CHECK(year.wrong_states() == std::vector<std::string>{});

  const auto& months = year.months();
  REQUIRE(months.size() == 12);
  const auto& first = months.front();
  const auto& last = months.back();
  MESSAGE(records.size() << " runs; descriptors " << first.descriptors << " and " << last.descriptors << ", in use "
                         << first.in_use << " and " << last.in_use << " bytes, anonymous " << first.anonymous << " and "
                         << last.anonymous << " KiB, private dirty " << first.private_dirty << " and "
                         << last.private_dirty << " KiB");
  CHECK(last.descriptors == first.descriptors);
  if (!kMallocIsOurs) {
    MESSAGE("memory is not compared: a sanitizer keeps what is freed");
    return;
  }
  // Less than two bytes for each run.
  CHECK(last.in_use <= first.in_use + 4096);
  CHECK(last.anonymous <= first.anonymous + 64);
  CHECK(last.private_dirty <= first.private_dirty + 64);
}
