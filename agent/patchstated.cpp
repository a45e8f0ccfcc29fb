// SPDX-License-Identifier: Apache-2.0
#include "agent/patchstated.h"

#include <random>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "agent/patchstated_children.h"
#include "agent/patchstated_log.h"
#include "agent/schedule.h"
#include "agent/version.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/own_folder.h"
#include "platform/paths.h"
#include "platform/resident_loop.h"
#include "platform/service_manager.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr Moment kNever = std::chrono::hours{24} * 365 * 1000;
constexpr std::chrono::minutes kRetryWhenNotTold{15};
constexpr std::chrono::seconds kShortestRetry{1};
constexpr int kLater = 75;  ///< exit code of `send --due`: something must wait

/// From 0 to 1, another one at each start.
double random_fraction() {
  std::random_device device;
  return static_cast<double>(device()) / static_cast<double>(std::random_device::max());
}

class Resident {
 public:
  Resident(ResidentOptions options, fs::path folder) : options_(std::move(options)), folder_(std::move(folder)) {}

  int run() {
    begin(Step::settings, settings_command(options_.config_file));
    for (;;) {
      const auto happened = loop_.wait(step_ == Step::none ? schedule_->next() : kNever);
      if (happened.stop) return stop();
      take_requests(happened);
      if (happened.ended && !take_end(*happened.ended)) return kExitFailed;
      if (step_ == Step::none) begin_what_is_due();
    }
  }

 private:
  enum class Step { none, settings, assess, send };
  struct Run {
    Trigger why = Trigger::start;
    Moment begun{0};
    Priority priority = Priority::info;
    std::string result;
    std::string verdict;
    std::string delivery;  ///< "delivered", "not_delivered"; empty: there was none
  };

  void begin(Step step, Command command) {
    step_ = step;
    command_ = std::move(command);
    loop_.start(command_);
  }

  /// What runs ends with the loop, within a second.
  static int stop() {
    tell_service_manager("STOPPING=1\nSTATUS=Stopping");
    log(Priority::info, Event::stop, "stopped");
    return 0;
  }

  void take_requests(const Happened& happened) {
    if (happened.reload) {
      tell_service_manager(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_time().count()));
      reload_asked_ = true;
    }
    const auto now = time_since_boot();
    const auto ask = [&](bool asked, Trigger why) {
      if (asked && schedule_) schedule_->ask(why, now);  // before the first settings a first run is to come anyway
    };
    if (happened.run && !schedule_) asked_early_ = true;
    ask(happened.run, Trigger::request);
    ask(happened.files, Trigger::files);
    if (const auto why = trigger_of_clocks(happened.clock_moved, happened.slept)) ask(true, *why);
  }

  void begin_what_is_due() {
    if (std::exchange(reload_asked_, false)) return begin(Step::settings, settings_command(options_.config_file));
    const auto now = time_since_boot();
    const auto why = schedule_->begin_due(now);
    if (!why) return;
    run_ = Run{*why, now, Priority::info, {}, {}, {}};
    if (*why == Trigger::retry)
      begin(Step::send, send_command(options_.config_file));
    else
      begin(Step::assess, assess_command(options_.config_file, *why));
  }

  /// False: without any settings there is nothing to go by.
  bool take_end(const ProcessResult& result) {
    switch (std::exchange(step_, Step::none)) {
      case Step::settings:
        return take_settings(result);
      case Step::assess:
        take_assessment(result);
        break;
      case Step::send:
        take_delivery(result);
        break;
      case Step::none:
        break;
    }
    return true;
  }

  bool take_settings(const ProcessResult& result) {
    const auto settings = result.ok() ? parse_settings(result.out) : std::nullopt;
    if (!settings) {
      const auto problem = result.ok() ? "patchstate settings: its answer is not understood" : problem_of(result);
      log(Priority::error, schedule_ ? Event::reload : Event::problem,
          schedule_ ? problem + "; the earlier settings stay" : problem);
      if (schedule_) tell_service_manager("READY=1\nSTATUS=The configuration has errors; the earlier settings stay");
      return schedule_.has_value();
    }
    has_hub_ = settings->has_hub;
    if (const auto problem = loop_.watch(settings->watched); !problem.empty()) complain(Priority::warning, problem);
    const auto now = time_since_boot();
    const auto event = schedule_ ? Event::reload : Event::ready;
    if (schedule_) {
      schedule_->set_rhythm(settings->rhythm, now);
      schedule_->ask(Trigger::reload, now);
    } else {
      schedule_.emplace(settings->rhythm, random_fraction(), now);
      if (asked_early_) schedule_->ask(Trigger::request, now);
    }
    const auto next = time_of_next();
    log(Priority::info, event, fmt::format("ready: next={}", next), {{"PATCHSTATE_NEXT_RUN", next}});
    tell_service_manager(fmt::format("READY=1\nSTATUS=Next run {}", next));
    return true;
  }

  void take_assessment(const ProcessResult& result) {
    const auto answer = parse_assess_answer(result.out);
    run_.result = result.ok() ? answer.rest : "failed";
    answer.again || !result.ok() ? schedule_->ask_again(time_since_boot()) : schedule_->all_answered();
    if (result.ok()) {
      run_.verdict = verdict_of(result.out);
    } else {
      run_.priority = Priority::error;
      complain(Priority::error, problem_of(result));
    }
    // What was found earlier may still wait, even if nothing was found now.
    if (has_hub_)
      begin(Step::send, send_command(options_.config_file));
    else
      finish_run();
  }

  void take_delivery(const ProcessResult& result) {
    const auto answer = parse_send_answer(result.out);
    const bool waits = result.ending == Ending::exited && result.exit_code == kLater;
    if (!answer.rest.empty()) run_.result += (run_.result.empty() ? "" : "; ") + answer.rest;
    run_.delivery = result.ok() ? "delivered" : "not_delivered";
    if (!result.ok()) {
      run_.priority = std::min(run_.priority, Priority::warning);
      run_.result += run_.result.empty() ? "not delivered" : "; not delivered";
      complain(Priority::warning, problem_of(result));
    }
    auto next = answer.next;
    // A program that was stopped or hung says nothing; what can't be mended by waiting is tried with the next run.
    if (!next && (waits || result.ending != Ending::exited)) next = kRetryWhenNotTold;
    if (next) schedule_->retry_delivery(time_since_boot() + std::max(*next, kShortestRetry));
    finish_run();
  }

  void finish_run() {
    schedule_->finished();
    const auto now = time_since_boot();
    const auto next = time_of_next();
    tell_service_manager(fmt::format("STATUS={}; next run {}", run_.result, next));
    write_state(next);
    log_run(now - run_.begun, next);
  }

  /// What was done, why, what came of it, and what is next.
  void log_run(Moment took, const std::string& next) const {
    const auto milliseconds = std::to_string(took.count());
    JournalFields fields = {{"PATCHSTATE_TRIGGER", std::string(to_text(run_.why))},
                            {"PATCHSTATE_RESULT", run_.result},
                            {"PATCHSTATE_DURATION_MS", milliseconds},
                            {"PATCHSTATE_NEXT_RUN", next}};
    if (!run_.verdict.empty()) fields.emplace_back("PATCHSTATE_VERDICT", run_.verdict);
    if (!run_.delivery.empty()) fields.emplace_back("PATCHSTATE_DELIVERY", run_.delivery);
    log(run_.priority, run_.why == Trigger::retry ? Event::delivery : Event::run,
        fmt::format("run finished: trigger={} result=\"{}\" took={}ms next={}", to_text(run_.why), run_.result,
                    milliseconds, next),
        fields);
  }

  void write_state(const std::string& next) {
    const auto text =
        fmt::format("started={}\nlast_run={}\nlast_trigger={}\nlast_result={}\nnext_run={}\nversion={}\n", started_,
                    format_time(wall_clock()), to_text(run_.why), run_.result, next, agent_version());
    try {
      write_atomically(folder_ / "service-state", text);
    } catch (const std::system_error& error) {
      complain(Priority::warning, error.what());
    }
  }

  std::string problem_of(const ProcessResult& result) const { return in_one_line(describe(command_, result)); }

  void complain(Priority priority, const std::string& complaint) {
    if (const auto text = complaints_.admit(complaint, time_since_boot())) log(priority, Event::problem, *text);
  }

  std::string time_of_next() const {
    const auto left = std::chrono::ceil<std::chrono::seconds>(schedule_->next() - time_since_boot());
    return format_time(wall_clock() + std::max(left, std::chrono::seconds{0}));
  }

  ResidentOptions options_;
  fs::path folder_;
  ResidentLoop loop_;
  std::optional<Schedule> schedule_;  ///< none before the first settings
  Complaints complaints_;
  std::string started_ = format_time(wall_clock());
  bool has_hub_ = false;
  bool reload_asked_ = false;
  bool asked_early_ = false;  ///< for a run at once, when there were no settings yet
  Step step_ = Step::none;
  Command command_;  ///< of the step
  Run run_;
};

}  // namespace

int run_resident(const ResidentOptions& options) {
  const auto folder = state_folder();
  if (folder.empty()) {
    log(Priority::error, Event::problem, "this user has no home folder to keep its state in");
    return kExitFailed;
  }
  make_state_folder(folder);
  const auto lock = FileLock::try_lock(folder / "patchstated.lock");
  if (!lock) {
    log(Priority::info, Event::problem,
        fmt::format("another patchstated is at work in {}; nothing to do", folder.string()));
    return 0;
  }
  return Resident(options, folder).run();
}

}  // namespace patchstate
