// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <fmt/format.h>

#include "agent/delivery.h"
#include "agent/hub_access.h"
#include "agent/last_assessment.h"
#include "agent/machine.h"
#include "agent/output.h"
#include "agent/send_commands.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "platform/paths.h"

namespace patchstate {
namespace {

constexpr std::size_t kMaxFile = 64U << 20U;

/// Either what is to be sent or why there is nothing.
struct ParcelResult {
  std::optional<Parcel> parcel;
  std::string problem;
};

ParcelResult last_one() {
  try {
    auto assessment = read_last_assessment();
    if (!assessment) return {{}, "no assessment is stored yet; `patchstate check` makes one"};
    auto json = to_json(*assessment);
    return {Parcel{std::move(*assessment), std::move(json)}, {}};
  } catch (const std::invalid_argument& damage) {
    return {{},
            fmt::format("the stored assessment is damaged ({}); `patchstate check` makes a new one", damage.what())};
  }
}

/// Its bytes are sent as they are: the hub keeps what this version does not know.
ParcelResult from(const FileOrInput& file) {
  std::string json = file == "-" ? read_standard_input(kMaxFile) : read_file(file, kMaxFile);
  try {
    auto assessment = assessment_from_json(json);
    return {Parcel{std::move(assessment), std::move(json)}, {}};
  } catch (const std::invalid_argument& damage) {
    return {{},
            fmt::format("{}: this is no assessment as `patchstate check --format json` writes it ({})",
                        file == "-" ? "standard input" : file.string(), damage.what())};
  }
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
  const auto read = command.file ? from(*command.file) : last_one();
  if (!read.parcel) return complain(read.problem);

  DeliveryOptions options{reporting.hub, state_folder(), {}, current_time()};
  if (command.full) options.form = ReportForm::full;
  HttpsEndpoint endpoint(std::move(hub.access));
  return report(deliver(endpoint, *read.parcel, options), reporting.hub);
}

}  // namespace patchstate
