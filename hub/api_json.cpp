// SPDX-License-Identifier: Apache-2.0
#include "hub/api_json.h"

#include <fmt/core.h>

#include "assessment/json_writer.h"
#include "hub/csv.h"
#include "hub/json_text.h"

namespace patchstate {
namespace {

/// Keys and values of one object, in the order of the calls; what is not known is left out.
class Object {
 public:
  explicit Object(JsonWriter& json) : json_(json) { json_.begin_object(); }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { json_.end_object(); }

  void text(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.text(value);
  }
  void known(std::string_view key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void number(std::string_view key, std::int64_t value) {
    json_.key(key);
    json_.number(value);
  }
  void boolean(std::string_view key, bool value) {
    json_.key(key);
    json_.boolean(value);
  }
  void time(std::string_view key, Time value) {
    if (value != Time{}) text(key, format_time(value));
  }
  void strings(std::string_view key, const std::vector<std::string>& values) {
    json_.key(key);
    json_.begin_array();
    for (const auto& value : values) json_.text(value);
    json_.end_array();
  }

 private:
  JsonWriter& json_;
};

template <class Item>
void list(JsonWriter& json, std::string_view key, const std::vector<Item>& items, auto&& write) {
  json.key(key);
  json.begin_array();
  for (const auto& item : items) write(json, item);
  json.end_array();
}

void put_reboot(JsonWriter& json, std::int64_t reboot) {
  json.key("rebootPending");
  reboot < 0 ? json.null() : json.boolean(reboot == 1);
}

void write_verdict(JsonWriter& json, const HostRecord& host, Time now) {
  const Verdict verdict = explained(host, now);
  json.key("verdict");
  Object object(json);
  object.text("value", to_text(standing_of(host, now)));
  list(json, "reasons", verdict.reasons, [](JsonWriter& out, const Reason& reason) {
    Object one(out);
    one.text("code", reason.code);
    one.text("message", reason.message);
  });
}

void put_host(JsonWriter& json, Object& object, const HostRecord& host, Time now) {
  object.text("id", host.id);
  object.known("hostname", host.hostname);
  json.key("os");
  {
    Object os(json);
    os.known("id", host.os_id);
    os.known("versionId", host.os_version);
    os.known("name", host.os_name);
    os.time("endOfSupport", host.end_of_support);
  }
  object.known("arch", host.arch);
  object.known("kernelRunning", host.kernel);
  if (!host.cloud.empty()) {
    json.key("cloud");
    Object cloud(json);
    cloud.text("provider", host.cloud);
    cloud.known("resourceId", host.resource_id);
  }
  write_verdict(json, host, now);
  object.text("reportedVerdict", host.verdict);
  object.number("criticalAndSecurityPatchCount", host.security);
  if (host.accepted > 0 && now < host.accepted_until) {
    object.number("acceptedPatchCount", host.accepted);
    object.time("acceptedUntil", host.accepted_until);
  }
  object.number("otherPatchCount", host.other);
  object.number("unclassifiedPatchCount", host.unclassified);
  object.number("notInstallableSecurityPatchCount", host.apart);
  object.text("maxSeverity", host.max_severity);
  put_reboot(json, host.reboot);
  object.time("oldestPendingSince", host.oldest_pending);
  object.time("stateSince", host.since);
  object.time("enrolledAt", host.enrolled);
  object.time("removedAt", host.removed);
  object.time("receivedAt", host.received);
  object.time("reportedAt", host.reported);
  object.number("clockSkewSeconds", host.clock_skew);
  if (host.interval > 0) object.number("intervalSeconds", host.interval);
  object.time("silentAfter", host.silent);
  object.known("agentVersion", host.agent_version);
  object.known("assessmentActivityId", host.activity_id);
}

void put_update(Object& object, const UpdateRecord& update) {
  object.text("updateId", std::to_string(update.key));
  object.text("source", update.source);
  object.text("patchId", update.patch_id);
  object.text("name", update.name);
  object.text("version", update.version);
  object.known("arch", update.arch);
  object.text("classification", update.classification);
  object.boolean("security", update.security);
  object.text("severity", update.severity);
  object.strings("advisories", strings_from_json(update.advisories));
  object.strings("cves", strings_from_json(update.cves));
  object.known("repository", update.repository);
  object.known("origin", update.origin);
}

void write_pending(JsonWriter& json, const PendingRecord& record) {
  Object object(json);
  put_update(object, record.update);
  object.text("state", record.state);
  object.known("installedVersion", record.installed);
  object.time("firstSeen", record.first_seen);
  object.time("lastSeen", record.last_seen);
  object.time("resolvedAt", record.resolved);
}

void put_counts(Object& object, const FleetCounts& counts) {
  object.text("status", is_completed(counts) ? "completed" : "not_completed");
  object.number("hosts", counts.hosts);
  object.number("compliant", counts.compliant);
  object.number("noncompliant", counts.noncompliant);
  object.number("accepted", counts.accepted);
  object.number("unknown", counts.unknown);
  object.number("notReporting", counts.silent);
  object.number("neverReported", counts.never_reported);
  object.number("criticalAndSecurityPatchCount", counts.security_updates);
  object.number("acceptedPatchCount", counts.accepted_updates);
  object.time("acceptedUntil", counts.accepted_until);
  object.number("otherPatchCount", counts.other_updates);
  object.time("oldestPendingSince", counts.oldest_pending);
}

}  // namespace

std::string summary_json(const FleetCounts& counts, const std::vector<SystemCount>& systems, Time now) {
  JsonWriter json(JsonStyle::compact);
  {
    Object object(json);
    object.time("at", now);
    object.text("sentence", sentence_about(counts, now));
    put_counts(object, counts);
    object.number("rebootsPending", counts.reboots);
    object.number("pastEndOfSupport", counts.past_support);
    list(json, "operatingSystems", systems, [](JsonWriter& out, const SystemCount& system) {
      Object one(out);
      one.text("name", system.name);
      one.number("hosts", system.hosts);
      one.number("criticalAndSecurityPatchCount", system.security);
    });
  }
  return std::move(json).take();
}

std::string compliance_json(const FleetCounts& counts, Time at, Time now) {
  JsonWriter json(JsonStyle::compact);
  {
    Object object(json);
    object.time("at", at);
    object.time("askedAt", now);
    object.text("sentence", sentence_about(counts, at));
    put_counts(object, counts);
  }
  return std::move(json).take();
}

std::string hosts_json(const HostPage& page, Time now) {
  JsonWriter json(JsonStyle::compact);
  {
    Object object(json);
    list(json, "hosts", page.hosts, [now](JsonWriter& out, const HostRecord& host) {
      Object one(out);
      put_host(out, one, host, now);
    });
    object.known("next", page.next);
  }
  return std::move(json).take();
}

std::string host_json(const HostRecord& host, const std::vector<PendingRecord>& pending, Time now) {
  JsonWriter json(JsonStyle::compact);
  {
    Object object(json);
    put_host(json, object, host, now);
    object.strings("tags", host.tags);
    list(json, "patches", pending, write_pending);
  }
  return std::move(json).take();
}

std::string history_json(const HostRecord& host, const std::vector<FormerState>& states,
                         const std::vector<PendingRecord>& pending, const std::vector<PendingRecord>& resolved,
                         Time now) {
  JsonWriter json(JsonStyle::compact);
  {
    Object object(json);
    object.text("id", host.id);
    json.key("present");
    {
      Object present(json);
      present.time("since", host.since);
      write_verdict(json, host, now);
    }
    list(json, "states", states, [](JsonWriter& out, const FormerState& state) {
      Object one(out);
      one.time("since", state.since);
      one.time("until", state.until);
      if (state.silent < state.until) one.time("notReportingFrom", state.silent);
      one.text("verdict", state.verdict);
      one.number("criticalAndSecurityPatchCount", state.security);
      one.number("otherPatchCount", state.other);
      put_reboot(out, state.reboot);
    });
    list(json, "pending", pending, write_pending);
    list(json, "resolved", resolved, write_pending);
  }
  return std::move(json).take();
}

std::string updates_json(const UpdatePage& page) {
  JsonWriter json(JsonStyle::compact);
  {
    Object object(json);
    list(json, "updates", page.updates, [](JsonWriter& out, const UpdateRecord& update) {
      Object one(out);
      put_update(one, update);
      one.number("missingOn", update.missing_on);
      one.time("firstSeen", update.first_seen);
    });
    object.known("next", page.next);
  }
  return std::move(json).take();
}

std::string hosts_csv(const std::vector<HostRecord>& hosts, Time now) {
  const auto when = [](Time time) { return time == Time{} ? std::string() : format_time(time); };
  std::string text =
      "id,hostname,os,arch,verdict,reason,criticalAndSecurityPatchCount,otherPatchCount,unclassifiedPatchCount,"
      "rebootPending,oldestPendingSince,receivedAt,reportedAt,agentVersion,cloudResourceId\r\n";
  for (const auto& host : hosts) {
    const Verdict verdict = explained(host, now);
    text += csv_line({host.id, host.hostname, host.os_name, host.arch, std::string(to_text(standing_of(host, now))),
                      verdict.reasons.empty() ? "" : verdict.reasons.front().message, std::to_string(host.security),
                      std::to_string(host.other), std::to_string(host.unclassified),
                      host.reboot < 0    ? "unknown"
                      : host.reboot == 1 ? "true"
                                         : "false",
                      when(host.oldest_pending), when(host.received), when(host.reported), host.agent_version,
                      host.resource_id});
  }
  return text;
}

}  // namespace patchstate
