// SPDX-License-Identifier: Apache-2.0
#include "agent/heartbeat_json.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "assessment/json_writer.h"

namespace patchstate {
namespace {

constexpr std::size_t kLargest = 4096;
constexpr std::int64_t kLongestInterval = 366LL * 24 * 3600;

/// As the hub counts it.
std::optional<Time> oldest_check(const Assessment& assessment) {
  std::optional<Time> oldest;
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      if (const auto& checked = findings->metadata.checked_at; checked && (!oldest || *checked < *oldest))
        oldest = checked;
  return oldest;
}

std::string text(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Heartbeat heartbeat_of(const Assessment& assessment) {
  return {assessment.activity_id, assessment.last_modified, assessment.host.id,      assessment.agent_version,
          assessment.interval,    assessment.state_hash,    oldest_check(assessment)};
}

std::string to_json(const Heartbeat& heartbeat) {
  JsonWriter json(JsonStyle::compact);
  const auto put = [&json](std::string_view key, std::string_view value) {
    json.key(key);
    json.text(value);
  };
  json.begin_object();
  json.key("schemaVersion");
  json.number(1);
  json.key("heartbeat");
  json.boolean(true);
  put("assessmentActivityId", heartbeat.activity_id);
  put("lastModifiedDateTime", format_time(heartbeat.last_modified));
  json.key("host");
  json.begin_object();
  put("id", heartbeat.host_id);
  json.end_object();
  json.key("agent");
  json.begin_object();
  put("version", heartbeat.agent_version);
  if (heartbeat.interval) {
    json.key("intervalSeconds");
    json.number(heartbeat.interval->count());
  }
  json.end_object();
  put("stateHash", heartbeat.state_hash);
  if (heartbeat.metadata_checked) put("metadataCheckedAt", format_time(*heartbeat.metadata_checked));
  json.end_object();
  return std::move(json).take();
}

std::optional<Heartbeat> heartbeat_from_json(std::string_view json) {
  if (json.size() > kLargest) return std::nullopt;  // a full report, which nobody need parse to know that
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object() || document.value("heartbeat", nlohmann::json()) != true) return std::nullopt;
  const auto modified = parse_time(text(document, "lastModifiedDateTime"));
  const auto host = document.find("host");
  const auto agent = document.find("agent");
  if (!modified || host == document.end() || !host->is_object() || agent == document.end() || !agent->is_object())
    return std::nullopt;
  Heartbeat heartbeat{text(document, "assessmentActivityId"),
                      *modified,
                      text(*host, "id"),
                      text(*agent, "version"),
                      {},
                      text(document, "stateHash"),
                      parse_time(text(document, "metadataCheckedAt"))};
  if (const auto interval = agent->find("intervalSeconds"); interval != agent->end() && interval->is_number_integer())
    heartbeat.interval =
        std::chrono::seconds{std::clamp(interval->get<std::int64_t>(), std::int64_t{0}, kLongestInterval)};
  if (heartbeat.activity_id.empty() || heartbeat.state_hash.empty()) return std::nullopt;
  return heartbeat;
}

void bring_up_to(Assessment& assessment, const Heartbeat& heartbeat) {
  assessment.activity_id = heartbeat.activity_id;
  assessment.started = heartbeat.last_modified;
  assessment.last_modified = heartbeat.last_modified;
  assessment.agent_version = heartbeat.agent_version;
  assessment.interval = heartbeat.interval;
  for (auto& source : assessment.sources)
    if (auto* findings = std::get_if<Findings>(&source.outcome))
      if (auto& checked = findings->metadata.checked_at; checked && heartbeat.metadata_checked)
        checked = std::max(*checked, *heartbeat.metadata_checked);
}

}  // namespace patchstate
