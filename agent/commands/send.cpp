// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "agent/delivery.h"
#include "agent/hub_access.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/send_commands.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxFile = 64U << 20U;

ParcelResult from(const FileOrInput& file) {
  if (file == "-") return parcel_from(read_standard_input(kMaxFile), "standard input");
  return parcel_from(read_file(file, kMaxFile), file.string());
}

int report(const DeliveryResult& result, const std::string& hub) {
  const auto& [outcome, reason, retry_after, send_full] = result.delivery;
  switch (outcome) {
    case Outcome::accepted:
      print(fmt::format("{} accepted {}\n", hub,
                        result.form == ReportForm::full ? "the full report" : "a heartbeat: nothing changed"));
      if (!result.warning.empty()) complain(result.warning);
      return 0;
    case Outcome::retry_later:
      complain(retry_after ? fmt::format("not sent, try again in {} s: {}", retry_after->count(), reason)
                           : fmt::format("not sent, try again later: {}", reason));
      return kExitLater;
    case Outcome::rejected:
      break;
  }
  complain(fmt::format("{} rejected it: {}", hub, reason));
  return kExitRejected;
}

}  // namespace

int run(const SendCommand& command) {
  auto loaded = load_config(command.hub.config_file);
  if (!loaded.errors.empty()) return complain(fmt::format("{}", fmt::join(loaded.errors, "\n")));
  auto& reporting = loaded.config.report;
  if (command.hub.ca) reporting.ca = *command.hub.ca;
  auto hub = access_to_send(reporting);
  if (!hub.problem.empty()) return complain(hub.problem);
  const auto read = command.file ? from(*command.file) : last_parcel();
  if (!read.parcel) return complain(read.problem);

  DeliveryOptions options{reporting.hub, state_folder(), {}, current_time()};
  if (command.full) options.form = ReportForm::full;
  HttpsEndpoint endpoint(std::move(hub.access));
  return report(deliver(endpoint, *read.parcel, options), reporting.hub);
}

}  // namespace patchstate
