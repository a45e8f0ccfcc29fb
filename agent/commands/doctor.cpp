// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "agent/delivery_state.h"
#include "agent/destination_delivery.h"
#include "agent/hub_access.h"
#include "agent/last_assessment.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/send_commands.h"
#include "agent/spool.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/own_folder.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kGoodClock{60};
constexpr std::chrono::seconds kBadClock{300};  // TLS and the hub's own marks begin to suffer

enum class Health { good, odd, bad };

/// Prints each line at once: the next check may take a while.
class Report {
 public:
  void say(Health health, std::string_view what, std::string_view seen) {
    static constexpr std::array kMarks{"ok  ", "note", "FAIL"};
    print(fmt::format("{}  {:<14} {}\n", kMarks.at(static_cast<std::size_t>(health)), what, seen));
    if (health == Health::bad) ++faults_;
  }
  int faults() const { return faults_; }

 private:
  int faults_ = 0;
};

/// The same fault that would stop the service: here a line of its own instead.
template <class Check>
void guarded(Report& report, std::string_view what, Check check) {
  try {
    check();
  } catch (const std::system_error& error) {
    report.say(Health::bad, what, error.what());
  }
}

void check_state_folder(Report& report, const fs::path& folder) {
  if (folder.empty())
    return report.say(Health::bad, "state folder", "this user has no home folder; set STATE_DIRECTORY");
  make_state_folder(folder);
  write_atomically(folder / ".doctor", "", 0600);
  fs::remove(folder / ".doctor");
  report.say(Health::good, "state folder", fmt::format("{} can be written", folder.string()));
}

void check_collectors(Report& report, const Machine& machine) {
  std::vector<std::string> fitting;
  for (const auto& choice : machine.choices)
    if (choice.fits) fitting.push_back(fmt::format("{} ({})", choice.source, choice.reason));
  if (fitting.empty())
    report.say(Health::bad, "collectors", "no source of updates fits this machine; see `patchstate collectors`");
  else
    report.say(Health::good, "collectors", fmt::format("{}", fmt::join(fitting, ", ")));
}

void check_last_assessment(Report& report, const Reporting& reporting, Time now) {
  try {
    const auto last = read_last_assessment();
    if (!last) return report.say(Health::odd, "last result", "none yet; `patchstate assess` makes one");
    const auto age = now - last->last_modified;
    const auto seen =
        fmt::format("{}, {} ({})", to_text(last->verdict.value), format_time(last->last_modified),
                    age < age.zero() ? "in the future: the clock was set back" : "see `patchstate status`");
    report.say(age > 2 * reporting.interval || age < age.zero() ? Health::odd : Health::good, "last result", seen);
  } catch (const std::invalid_argument& damage) {
    report.say(Health::bad, "last result",
               fmt::format("damaged ({}); `patchstate assess` makes a new one", damage.what()));
  }
}

void check_queue(Report& report, const fs::path& state_folder, std::string_view queue) {
  const auto folder = queue_folder(state_folder, queue);
  const auto waiting = Spool(folder).reports().size();
  const auto state = read_delivery_state(folder);
  if (state.failures > 0)
    report.say(Health::odd, "queue",
               fmt::format("{} waiting; {} failures in a row, the last at {}: {}", waiting, state.failures,
                           state.last_failure ? format_time(*state.last_failure) : "?", state.last_error));
  else
    report.say(Health::good, "queue", fmt::format("{} waiting", waiting));
}

void check_clock(Report& report, const HttpAnswer& answer) {
  if (!answer.ahead) return report.say(Health::odd, "clock", "the hub does not say what time it is");
  const auto off = std::chrono::abs(*answer.ahead);
  const auto seen =
      fmt::format("{} s {} the hub's", off.count(), *answer.ahead > answer.ahead->zero() ? "behind" : "ahead of");
  if (off <= kGoodClock) return report.say(Health::good, "clock", "as the hub's");
  report.say(off <= kBadClock ? Health::odd : Health::bad, "clock", seen + "; is time synchronised (timedatectl)?");
}

/// Whether the hub would take a report from here.
void check_key(Report& report, const Reporting& reporting, const HubAccess& access) {
  const std::string_view what = access.host_key.empty() ? "the client certificate" : "the host key";
  const auto answer = get(access, "/v1/enroll");
  if (answer.status == 200) return report.say(Health::good, "enrolment", fmt::format("the hub takes {}", what));
  if (answer.status == 401 || answer.status == 403)
    return report.say(Health::bad, "enrolment",
                      fmt::format("{} does not take {} (HTTP {}): enrol this machine again, `patchstate enroll`",
                                  reporting.hub, what, answer.status));
  report.say(Health::odd, "enrolment",
             fmt::format("the hub does not say whether it takes {} ({})", what,
                         answer.status == 0 ? answer.failure : fmt::format("HTTP {}", answer.status)));
}

void check_hub(Report& report, const Reporting& reporting) {
  const auto enrolled = access_to_send(reporting);
  if (!enrolled.problem.empty())
    report.say(Health::bad, "host key", enrolled.problem);
  else
    report.say(
        Health::good, "host key",
        enrolled.access.host_key.empty() ? "a client certificate stands for it" : "there, and only for its owner");
  const auto reachable = access_to_enroll(reporting);
  if (!reachable.problem.empty()) return;  // said above
  const auto answer = get(reachable.access, "/healthz");
  if (answer.status == 0) return report.say(Health::bad, "hub", answer.failure);
  if (answer.status != 200)
    return report.say(Health::bad, "hub",
                      fmt::format("{} answers HTTP {}; is a patchstate-hub there?", reporting.hub, answer.status));
  report.say(Health::good, "hub", fmt::format("{} answers", reporting.hub));
  check_clock(report, answer);
  if (enrolled.problem.empty()) check_key(report, reporting, enrolled.access);
}

/// A folder is tried, but not an address: asking it for what changes nothing is no matter of every webhook.
void check_destination(Report& report, const Destination& destination, const fs::path& state_folder) {
  const auto found = endpoint_of(destination);
  const auto folder = destination.folder.empty() ? destination.file.parent_path() : destination.folder;
  if (!folder.empty()) {
    fs::create_directories(folder);
    write_atomically(folder / ".patchstate-doctor", "", 0600);
    fs::remove(folder / ".patchstate-doctor");
  }
  if (found.endpoint)
    report.say(Health::good, destination.name, place_of(destination));
  else
    report.say(Health::bad, destination.name, found.problem);
  check_queue(report, state_folder, destination.name);
}

}  // namespace

int run(const DoctorCommand& command) {
  Report report;
  SystemProcessRunner runner;
  MachineOptions options;
  options.config_file = command.hub.config_file;
  const auto opened = open_machine(options, runner);
  if (!opened.machine) {
    report.say(Health::bad, "configuration", opened.problem);
    return kExitRejected;
  }
  auto reporting = opened.machine->config.report;
  if (command.hub.ca) reporting.ca = *command.hub.ca;
  const auto file = options.config_file.value_or(default_config_file());
  report.say(Health::good, "configuration",
             stamp(file).size >= 0 ? file.string() : fmt::format("{} is not there: the defaults", file.string()));
  guarded(report, "state folder", [&] { check_state_folder(report, state_folder()); });
  check_collectors(report, *opened.machine);
  guarded(report, "last result", [&] { check_last_assessment(report, reporting, current_time()); });
  for (const auto& destination : opened.machine->config.destinations)
    guarded(report, destination.name, [&] { check_destination(report, destination, state_folder()); });
  if (reporting.hub.empty() && opened.machine->config.destinations.empty()) {
    report.say(Health::odd, "hub", "none is configured: nothing is sent anywhere");
  } else if (!reporting.hub.empty()) {
    guarded(report, "queue", [&] { check_queue(report, state_folder(), kHubQueue); });
    guarded(report, "hub", [&] { check_hub(report, reporting); });
  }
  return report.faults() > 0 ? kExitRejected : 0;
}

}  // namespace patchstate
