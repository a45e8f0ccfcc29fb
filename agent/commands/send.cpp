// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "agent/delivery_queue.h"
#include "agent/hub_access.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/send_commands.h"
#include "platform/files.h"
#include "platform/hash.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxFile = 64U << 20U;

ParcelResult from(const FileOrInput& file) {
  if (file == "-") return parcel_from(read_standard_input(kMaxFile), "standard input");
  return parcel_from(read_file(file, kMaxFile), file.string());
}

std::string told(const DeliveryResult& result, const std::string& hub) {
  const auto& [outcome, reason, retry_after, send_full] = result.delivery;
  switch (outcome) {
    case Outcome::accepted:
      return fmt::format("{} accepted {}\n", hub,
                         result.form == ReportForm::full ? "the full report" : "a heartbeat: nothing changed");
    case Outcome::retry_later:
      return retry_after ? fmt::format("not sent, try again in {} s: {}", retry_after->count(), reason)
                         : fmt::format("not sent, try again later: {}", reason);
    case Outcome::unauthorized:
    case Outcome::rejected:
      break;
  }
  return fmt::format("{} rejected it: {}", hub, reason);
}

void report(const DeliveryResult& result, const std::string& hub) {
  if (result.delivery.outcome == Outcome::accepted)
    print(told(result, hub));
  else
    complain(told(result, hub));
  if (!result.warning.empty()) complain(result.warning);
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

int send_one(const ParcelResult& read, Endpoint& endpoint, const DeliveryOptions& options) {
  if (!read.parcel) return complain(read.problem);
  const auto result = deliver(endpoint, *read.parcel, options);
  report(result, options.hub);
  return exit_code_of(result.delivery.outcome);
}

/// nullopt: nothing waits.
std::optional<int> send_waiting(const SendCommand& command, Endpoint& endpoint, const DeliveryOptions& delivery) {
  QueueOptions options{
      delivery, hub_queue(delivery.state_folder), command.due ? When::due : When::now, random_part(), {}};
  options.on_result = [&](const DeliveryResult& result) { report(result, delivery.hub); };
  const auto result = deliver_waiting(endpoint, options);
  if (result.left > 0 && result.not_before && command.due)
    print(fmt::format("next={}\n", std::max<std::int64_t>((*result.not_before - delivery.now).count(), 1)));
  if (result.left > 0 || result.last != Outcome::accepted) return exit_code_of(result.last);
  return result.accepted > 0 ? std::optional(0) : std::nullopt;
}

}  // namespace

int run(const SendCommand& command) {
  auto loaded = load_config(command.hub.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto& reporting = loaded.config.report;
  if (command.hub.ca) reporting.ca = *command.hub.ca;
  auto hub = access_to_send(reporting);
  if (!hub.problem.empty()) return complain(hub.problem);

  DeliveryOptions options{reporting.hub, state_folder(), {}, current_time()};
  if (command.full) options.form = ReportForm::full;
  HttpsEndpoint endpoint(std::move(hub.access));
  if (command.file) return send_one(from(*command.file), endpoint, options);

  if (options.state_folder.empty()) return send_one(last_parcel(), endpoint, options);
  std::filesystem::create_directories(options.state_folder);
  const auto lock = FileLock::try_lock(options.state_folder / "send.lock");
  if (!lock) {
    print("another patchstate is sending; nothing to do\n");
    return 0;
  }
  if (const auto code = send_waiting(command, endpoint, options)) return *code;
  if (!command.due && !command.all) return send_one(last_parcel(), endpoint, options);
  if (command.all) print("nothing waits to be sent\n");
  return 0;
}

}  // namespace patchstate
