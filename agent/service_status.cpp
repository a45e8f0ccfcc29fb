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

std::string service_line(const ServiceStatus& status, Time now) {
  if (!status.last_run) return "no trace of the service; `systemctl status patchstate` tells whether it runs";
  std::string line = fmt::format("last run {} ({}): {}", format_time(*status.last_run), status.last_trigger,
                                 status.last_result.empty() ? "no result" : status.last_result);
  if (!status.next_run) return line;
  if (now > *status.next_run + kLate)
    return line + fmt::format("; the next was due {} and did not come: `systemctl status patchstate`",
                              format_time(*status.next_run));
  return line + fmt::format("; next {}", format_time(*status.next_run));
}

std::string delivery_line(const ServiceStatus& status, const std::string& hub) {
  const auto& delivery = status.delivery;
  std::string line = hub;
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

}  // namespace

ServiceStatus read_service_status(const fs::path& state_folder) {
  ServiceStatus status;
  try {
    read_state(state_folder, status);
    status.delivery = read_delivery_state(hub_queue(state_folder));
    status.waiting = Spool(hub_queue(state_folder)).reports().size();
  } catch (const std::system_error&) {
    return status;
  }
  return status;
}

std::string to_text(const ServiceStatus& status, const std::string& hub, Time now) {
  std::string text = fmt::format("Service   {}\n", service_line(status, now));
  return text + fmt::format("Delivery  {}\n", hub.empty() ? "no hub is configured" : delivery_line(status, hub));
}

void put_members(JsonWriter& json, const ServiceStatus& status, const std::string& hub) {
  json.key("service");
  json.begin_object();
  put(json, "started", status.started);
  put(json, "lastRun", status.last_run);
  put(json, "lastTrigger", status.last_trigger);
  put(json, "lastResult", status.last_result);
  put(json, "nextRun", status.next_run);
  json.end_object();
  json.key("delivery");
  json.begin_object();
  put(json, "hub", hub);
  if (status.waiting) {
    json.key("waiting");
    json.number(static_cast<std::int64_t>(*status.waiting));
  }
  json.key("failures");
  json.number(status.delivery.failures);
  put(json, "lastSuccess", status.delivery.last_success);
  put(json, "lastFailure", status.delivery.last_failure);
  put(json, "lastError", status.delivery.last_error);
  put(json, "notBefore", status.delivery.not_before);
  json.end_object();
}

}  // namespace patchstate
