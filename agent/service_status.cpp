// SPDX-License-Identifier: Apache-2.0
#include "agent/service_status.h"

#include <chrono>
#include <system_error>

#include <fmt/core.h>

#include "agent/settings_text.h"
#include "agent/spool.h"
#include "assessment/assessment_json.h"
#include "assessment/json_writer.h"
#include "platform/files.h"
#include "platform/service_manager.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 64U << 10U;
/// A machine that is busy or slept may be late; one that is later than this is told of.
constexpr std::chrono::seconds kLate = std::chrono::minutes{10};

void take(ServiceStatus& status, std::string_view key, std::string_view value) {
  if (key == "started")
    status.started = parse_time(value);
  else if (key == "last_run")
    status.last_run = parse_time(value);
  else if (key == "next_run")
    status.next_run = parse_time(value);
  else if (key == "last_trigger")
    status.last_trigger = clean_text(value, 100);
  else if (key == "last_result")
    status.last_result = clean_text(value, 1000);
}

// started=2026-11-24T06:00:00Z
// last_run=2026-11-24T12:10:03Z
// last_trigger=interval
// last_result=compliant: 0 security, 2 other, 0 unclassified updates pending
// next_run=2026-11-24T18:01:40Z
void read_state(const fs::path& folder, ServiceStatus& status) {
  const auto text = read_file_if_there(folder / "service-state", kMaxFile);
  if (!text) return;
  for_each_setting(*text, [&status](std::string_view key, std::string_view value) { take(status, key, value); });
}

std::string delivery_line(const DeliveryStatus& status) {
  const auto& delivery = status.state;
  std::string line = status.place;
  if (status.waiting) line += fmt::format(": {} waiting", *status.waiting);
  line += delivery.last_success ? fmt::format("; last accepted {}", format_time(*delivery.last_success))
                                : std::string("; nothing accepted yet");
  if (delivery.failures == 0 && delivery.last_error.empty()) return line;
  if (delivery.failures > 0) line += fmt::format("; {} failures in a row", delivery.failures);
  if (delivery.last_failure) line += fmt::format("; failed {}", format_time(*delivery.last_failure));
  if (!delivery.last_error.empty()) line += ": " + delivery.last_error;
  if (delivery.not_before) line += fmt::format("; next attempt {}", format_time(*delivery.not_before));
  return line + "; see `patchstate doctor`";
}

void put(JsonWriter& json, std::string_view key, const std::optional<Time>& time) {
  if (!time) return;
  json.key(key);
  json.text(format_time(*time));
}

void put(JsonWriter& json, std::string_view key, const std::string& text) {
  if (text.empty()) return;
  json.key(key);
  json.text(text);
}

void put_delivery(JsonWriter& json, const DeliveryStatus& status) {
  json.begin_object();
  put(json, status.queue == kHubQueue ? "hub" : "place", status.place);
  if (status.queue != kHubQueue) put(json, "name", status.queue);
  if (status.waiting) {
    json.key("waiting");
    json.number(static_cast<std::int64_t>(*status.waiting));
  }
  json.key("failures");
  json.number(status.state.failures);
  put(json, "lastSuccess", status.state.last_success);
  put(json, "lastFailure", status.state.last_failure);
  put(json, "lastError", status.state.last_error);
  put(json, "notBefore", status.state.not_before);
  json.end_object();
}

}  // namespace

ServiceStatus read_service_status(const fs::path& state_folder) {
  ServiceStatus status;
  try {
    read_state(state_folder, status);
  } catch (const std::system_error&) {
    return status;
  }
  return status;
}

DeliveryStatus read_delivery_status(const fs::path& state_folder, std::string queue, std::string place) {
  DeliveryStatus status{std::move(queue), std::move(place), {}, {}};
  try {
    const auto folder = queue_folder(state_folder, status.queue);
    status.state = read_delivery_state(folder);
    status.waiting = Spool(folder).reports().size();
  } catch (const std::system_error&) {
    return status;
  }
  return status;
}

std::string runs_of(const ServiceStatus& status, Time now) {
  if (!status.last_run)
    return fmt::format("no trace of the service; `{}` tells whether it runs", command_asking_for_service());
  std::string line = fmt::format("last run {} ({}): {}", format_time(*status.last_run), status.last_trigger,
                                 status.last_result.empty() ? "no result" : status.last_result);
  if (!status.next_run) return line;
  if (now > *status.next_run + kLate)
    return line + fmt::format("; the next was due {} and did not come: `{}`", format_time(*status.next_run),
                              command_asking_for_service());
  return line + fmt::format("; next {}", format_time(*status.next_run));
}

std::string to_text(const ServiceStatus& status, std::span<const DeliveryStatus> deliveries, Time now) {
  std::string text = fmt::format("Service   {}\n", runs_of(status, now));
  if (deliveries.empty()) text += "Delivery  no hub is configured\n";
  for (const auto& delivery : deliveries) text += fmt::format("Delivery  {}\n", delivery_line(delivery));
  return text;
}

void put_members(JsonWriter& json, const ServiceStatus& status, std::span<const DeliveryStatus> deliveries) {
  json.key("service");
  json.begin_object();
  put(json, "started", status.started);
  put(json, "lastRun", status.last_run);
  put(json, "lastTrigger", status.last_trigger);
  put(json, "lastResult", status.last_result);
  put(json, "nextRun", status.next_run);
  json.end_object();
  const auto is_hub = [](const DeliveryStatus& delivery) { return delivery.queue == kHubQueue; };
  if (const auto hub = std::find_if(deliveries.begin(), deliveries.end(), is_hub); hub != deliveries.end()) {
    json.key("delivery");
    put_delivery(json, *hub);
  }
  json.key("destinations");
  json.begin_array();
  for (const auto& delivery : deliveries)
    if (!is_hub(delivery)) put_delivery(json, delivery);
  json.end_array();
}

}  // namespace patchstate
