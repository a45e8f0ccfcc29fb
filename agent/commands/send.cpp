// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "agent/delivery_queue.h"
#include "agent/destination_delivery.h"
#include "agent/enrolment.h"
#include "agent/https_endpoint.h"
#include "agent/hub_access.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/send_commands.h"
#include "platform/files.h"
#include "platform/hash.h"
#include "platform/own_folder.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxFile = 64U << 20U;

ParcelResult from(const FileOrInput& file) {
  if (file == "-") return parcel_from(read_standard_input(kMaxFile), "standard input");
  return parcel_from(read_file(file, kMaxFile), file.string());
}

std::string told(const DeliveryResult& result, const std::string& place) {
  const auto& [outcome, reason, retry_after, send_full] = result.delivery;
  switch (outcome) {
    case Outcome::accepted:
      return fmt::format("{} accepted {}", place,
                         result.form == ReportForm::full ? "the full report" : "a heartbeat: nothing changed");
    case Outcome::retry_later:
      return retry_after ? fmt::format("not sent, try again in {} s: {}", retry_after->count(), reason)
                         : fmt::format("not sent, try again later: {}", reason);
    case Outcome::unauthorized:
    case Outcome::rejected:
      break;
  }
  return fmt::format("{} rejected it: {}", place, reason);
}

/// Where standard output is a destination, only reports go there.
enum class OutputUse { for_words, for_reports };

void report(const DeliveryResult& result, const std::string& place, OutputUse use) {
  const auto words = told(result, place);
  if (result.delivery.outcome == Outcome::accepted && use == OutputUse::for_words)
    print(words + "\n");
  else
    complain(words);
  if (!result.remark.empty()) complain(result.remark);
}

int exit_code_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return 0;
    case Outcome::retry_later:
      return kExitLater;
    case Outcome::unauthorized:
    case Outcome::rejected:
      break;
  }
  return kExitRejected;
}

/// In [0, 1), another one in each process.
double random_part() {
  return static_cast<double>(std::stoul(random_uuid().substr(0, 8), nullptr, 16)) / 4294967296.0;
}

/// The worse of two: a refusal needs a person.
int worse(int one, int other) {
  const auto weight = [](int code) { return code == kExitRejected ? 2 : code == kExitLater ? 1 : 0; };
  return weight(one) < weight(other) ? other : one;
}

int send_one(const ParcelResult& read, Endpoint& endpoint, const DeliveryOptions& options) {
  if (!read.parcel) return complain(read.problem);
  const auto result = deliver(endpoint, *read.parcel, options);
  report(result, options.hub, OutputUse::for_words);
  return exit_code_of(result.delivery.outcome);
}

/// Empties each queue, and keeps the worst of what happened. A dead endpoint never delays another.
class Queues {
 public:
  Queues(When when, std::filesystem::path state_folder, Time now, OutputUse use)
      : when_(when), state_folder_(std::move(state_folder)), now_(now), use_(use) {}

  /// `send` is how one report gets to `place`, or `problem` what keeps it from there.
  void empty(std::string_view queue, const std::string& place,
             const std::function<DeliveryResult(const Parcel&)>& send) {
    QueueOptions options{queue_folder(state_folder_, queue), send, now_, when_, random_part(), {}};
    options.on_result = [&](const DeliveryResult& result) { report(result, place, use_); };
    const auto result = deliver_waiting(options);
    if (result.left > 0 && result.not_before) next_ = std::min(next_.value_or(*result.not_before), *result.not_before);
    if (result.left > 0 || result.last != Outcome::accepted)
      code_ = worse(code_.value_or(0), exit_code_of(result.last));
    else if (result.accepted > 0)
      code_ = code_.value_or(0);
  }

  /// nullopt: nothing waited.
  std::optional<int> code() const { return code_; }
  std::optional<Time> next() const { return next_; }

 private:
  When when_;
  std::filesystem::path state_folder_;
  Time now_;
  OutputUse use_;
  std::optional<int> code_;
  std::optional<Time> next_;
};

/// What keeps a whole queue from its place is like an endpoint that is not there.
DeliveryResult in_the_way(const std::string& problem) {
  return {{Outcome::retry_later, problem, {}, false}, ReportForm::full, {}};
}

/// A secret that can't be read is such a problem too, and keeps no other queue from its place.
template <class Find>
auto found_or_problem(Find find) -> decltype(find()) {
  try {
    return find();
  } catch (const std::system_error& error) {
    return {{}, error.what()};
  }
}

void empty(Queues& queues, const Destination& destination) {
  const auto found = found_or_problem([&] { return endpoint_of(destination); });
  queues.empty(destination.name, place_of(destination), [&](const Parcel& parcel) {
    return found.endpoint ? deliver(*found.endpoint, parcel, destination.format) : in_the_way(found.problem);
  });
}

int send_waiting(const SendCommand& command, const Config& config, const HubAccessResult& hub,
                 DeliveryOptions options) {
  make_state_folder(options.state_folder);
  const auto lock = FileLock::try_lock(options.state_folder / "send.lock");
  if (!lock) {
    print("another patchstate is sending; nothing to do\n");
    return 0;
  }
  const bool is_output = std::any_of(config.destinations.begin(), config.destinations.end(),
                                     [](const Destination& one) { return one.standard_output; });
  Queues queues(command.due ? When::due : When::now, options.state_folder, options.now,
                is_output ? OutputUse::for_reports : OutputUse::for_words);
  for (const auto& destination : config.destinations) empty(queues, destination);
  HttpsEndpoint endpoint(hub.access);
  options.once = true;
  if (!options.hub.empty())
    queues.empty(kHubQueue, options.hub, [&](const Parcel& parcel) {
      return hub.problem.empty() ? deliver(endpoint, parcel, options) : in_the_way(hub.problem);
    });
  if (queues.next() && command.due)
    print(fmt::format("next={}\n", std::max<std::int64_t>((*queues.next() - options.now).count(), 1)));
  if (queues.code()) return *queues.code();
  if (command.all) print("nothing waits to be sent\n");
  if (command.due || command.all || options.hub.empty()) return 0;
  options.once = false;
  return hub.problem.empty() ? send_one(last_parcel(), endpoint, options) : complain(hub.problem);
}

}  // namespace

int run(const SendCommand& command) {
  auto loaded = load_config(command.hub.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto& config = loaded.config;
  if (command.hub.ca) config.report.ca = *command.hub.ca;
  const auto hub = found_or_problem([&] { return access_enrolling_if_needed(config.report); });
  DeliveryOptions options{config.report.hub, state_folder(), {}, current_time(), false};
  if (command.full) options.form = ReportForm::full;
  const bool is_queued = !command.file && !options.state_folder.empty();
  // An enrolment that did not succeed waits like a report: for as long as it needs a hub, other queues don't.
  if (is_queued && (!config.destinations.empty() || is_enrolment_due(config.report)))
    return send_waiting(command, config, hub, options);
  if (!hub.problem.empty()) return complain(hub.problem);
  if (is_queued) return send_waiting(command, config, hub, options);
  HttpsEndpoint endpoint(hub.access);
  return send_one(command.file ? from(*command.file) : last_parcel(), endpoint, options);
}

}  // namespace patchstate
