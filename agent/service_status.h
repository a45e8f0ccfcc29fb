// SPDX-License-Identifier: Apache-2.0
// What the service left in its state folder about itself: for `patchstate status`, which asks no process.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "agent/delivery_state.h"
#include "assessment/assessment.h"

namespace patchstate {

class JsonWriter;

struct ServiceStatus {
  std::optional<Time> started;
  std::optional<Time> last_run;  ///< nullopt: it has never run with this state folder
  std::optional<Time> next_run;
  std::string last_trigger;
  std::string last_result;
};

/// How one queue is going: the hub's, or that of a destination beside it.
struct DeliveryStatus {
  std::string queue;
  std::string place;  ///< where its reports go, for a person
  DeliveryState state;
  std::optional<std::size_t> waiting;  ///< reports in the spool; nullopt: this user may not look
};

/// Total: what can't be read is not known.
ServiceStatus read_service_status(const std::filesystem::path& state_folder);
DeliveryStatus read_delivery_status(const std::filesystem::path& state_folder, std::string queue, std::string place);

/// "last run … (interval): compliant: …; next …"
std::string runs_of(const ServiceStatus& status, Time now);
/// A line for the service and one for each queue. Without any nothing is sent anywhere.
std::string to_text(const ServiceStatus& status, std::span<const DeliveryStatus> deliveries, Time now);
/// The same as members "service" and "delivery" of an object; those of destinations beside the hub are "destinations".
void put_members(JsonWriter& json, const ServiceStatus& status, std::span<const DeliveryStatus> deliveries);

}  // namespace patchstate
