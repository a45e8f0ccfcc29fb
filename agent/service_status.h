// SPDX-License-Identifier: Apache-2.0
// What the service left in its state folder about itself: for `patchstate status`, which asks no process.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
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
  DeliveryState delivery;
  std::optional<std::size_t> waiting;  ///< reports in the spool; nullopt: this user may not look
};

/// Total: what can't be read is not known.
ServiceStatus read_service_status(const std::filesystem::path& state_folder);

/// Two or three lines for a person. `hub` empty: nothing is sent anywhere.
std::string to_text(const ServiceStatus& status, const std::string& hub, Time now);
/// The same as members "service" and "delivery" of an object.
void put_members(JsonWriter& json, const ServiceStatus& status, const std::string& hub);

}  // namespace patchstate
