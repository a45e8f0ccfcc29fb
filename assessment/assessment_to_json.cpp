// SPDX-License-Identifier: Apache-2.0
// The strict writer. One rule for what is not known: the field is absent. Lists are always there, also when empty; only
// rebootPending and, when no source answered, the counts say "not known" with null, because people query them blindly.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assessment/assessment_json.h"
#include "assessment/json_writer.h"

namespace patchstate {
namespace {

// Bytes as compact JSON, generously: so that the text does not grow while it is written.
constexpr std::size_t kUsualHead = 4096;
constexpr std::size_t kUsualUpdate = 800;

void put(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  json.text(text);
}

void put_known(JsonWriter& json, std::string_view key, const std::string& text) {
  if (!text.empty()) put(json, key, text);
}

void put_known(JsonWriter& json, std::string_view key, const std::optional<Time>& time) {
  if (time) put(json, key, format_time(*time));
}

void put_flag(JsonWriter& json, std::string_view key, bool value) {
  json.key(key);
  json.boolean(value);
}

void put_number(JsonWriter& json, std::string_view key, std::int64_t value) {
  json.key(key);
  json.number(value);
}

template <class Item>
void put_list(JsonWriter& json, std::string_view key, const std::vector<Item>& items, auto&& write) {
  json.key(key);
  json.begin_array();
  for (const auto& item : items) write(json, item);
  json.end_array();
}

void put_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  put_list(json, key, texts, [](JsonWriter& out, const std::string& text) { out.text(text); });
}

void write_advisory(JsonWriter& json, const Advisory& advisory) {
  json.begin_object();
  put(json, "id", advisory.id);
  put(json, "type", to_text(advisory.type));
  put(json, "severity", to_text(advisory.severity));
  put_known(json, "issued", advisory.issued);
  put_known(json, "url", advisory.url);
  json.end_object();
}

void write_update(JsonWriter& json, const Update& update, const std::string& source) {
  json.begin_object();
  put(json, "patchId", update.patch_id);
  put(json, "name", update.name);
  put(json, "version", update.version);
  put_known(json, "installedVersion", update.installed_version);
  put_known(json, "arch", update.arch);
  put_known(json, "sourcePackage", update.source_package);
  put_known(json, "sourceVersion", update.source_version);
  put_known(json, "purl", update.purl);
  put_known(json, "kbId", update.kb_id);
  put_list(json, "classifications", update.classifications,
           [](JsonWriter& out, Classification value) { out.text(to_text(value)); });
  put(json, "severity", to_text(update.severity));
  put_known(json, "vendorSeverity", update.vendor_severity);
  put(json, "state", to_text(update.state));
  put_known(json, "stateReason", update.state_reason);
  put_known(json, "evidence", update.evidence);
  put(json, "rebootBehavior", to_text(update.reboot_behavior));
  put_known(json, "publishedDateTime", update.published);
  put_list(json, "advisories", update.advisories, write_advisory);
  put_texts(json, "cves", update.cves);
  put_known(json, "repository", update.repository);
  put_known(json, "origin", update.origin);
  if (update.size_bytes) put_number(json, "sizeBytes", *update.size_bytes);
  put_known(json, "firstSeen", update.first_seen);
  put(json, "source", source);
  json.end_object();
}

void write_warning(JsonWriter& json, const Warning& warning) {
  json.begin_object();
  put(json, "code", warning.code);
  put(json, "message", warning.message);
  put_known(json, "subject", warning.subject);
  put_flag(json, "incomplete", warning.incomplete);
  json.end_object();
}

/// What tells one state from another. A number in its message may be another one each time: processes, days, bytes.
void write_warning_state(JsonWriter& json, const Warning& warning) {
  std::string message = warning.message;
  std::erase_if(message, [](char c) { return c >= '0' && c <= '9'; });
  write_warning(json, {warning.code, message, warning.subject, warning.incomplete});
}

void write_repository(JsonWriter& json, const Repository& repository) {
  json.begin_object();
  put(json, "name", repository.name);
  put(json, "state", to_text(repository.state));
  put_known(json, "checkedAt", repository.checked_at);
  put_known(json, "publishedAt", repository.published_at);
  put_known(json, "validUntil", repository.valid_until);
  put_flag(json, "security", repository.security);
  json.end_object();
}

void write_metadata(JsonWriter& json, const Metadata& metadata) {
  json.begin_object();
  put_known(json, "checkedAt", metadata.checked_at);
  put_known(json, "checkedEvidence", metadata.checked_evidence);
  put_known(json, "publishedAt", metadata.published_at);
  put_list(json, "repositories", metadata.repositories, write_repository);
  put_texts(json, "missingAdvisoryData", metadata.missing_advisory_data);
  json.end_object();
}

void write_failure(JsonWriter& json, const Failure& failure) {
  json.begin_object();
  put(json, "kind", to_text(failure.kind));
  put_known(json, "errorCode", failure.error_code);
  put(json, "message", failure.message);
  json.end_object();
}

void write_installation(JsonWriter& json, const Installation& installation) {
  json.begin_object();
  put(json, "at", format_time(installation.at));
  put_known(json, "name", installation.name);
  json.end_object();
}

void write_source(JsonWriter& json, const SourceReport& source) {
  const auto* findings = std::get_if<Findings>(&source.outcome);
  json.begin_object();
  put(json, "name", source.name);
  put(json, "patchServiceUsed", to_text(source.service));
  put(json, "status", to_text(status_of(source)));
  if (findings != nullptr) {
    put_known(json, "tool", findings->tool);
    put_known(json, "toolVersion", findings->tool_version);
  }
  put_number(json, "durationMs", source.duration.count());
  if (findings != nullptr) {
    json.key("metadata");
    write_metadata(json, findings->metadata);
    put_list(json, "warnings", findings->warnings, write_warning);
    if (findings->last_installation) {
      json.key("lastInstallation");
      write_installation(json, *findings->last_installation);
    }
  } else {
    json.key("failure");
    write_failure(json, std::get<Failure>(source.outcome));
  }
  json.end_object();
}

void write_os(JsonWriter& json, const OperatingSystem& os) {
  json.begin_object();
  put_known(json, "id", os.id);
  put_texts(json, "idLike", os.id_like);
  put_known(json, "versionId", os.version_id);
  put_known(json, "codename", os.codename);
  put_known(json, "name", os.name);
  put_known(json, "endOfSupport", os.end_of_support);
  put_known(json, "endOfSupportSource", os.end_of_support_source);
  json.end_object();
}

void write_host(JsonWriter& json, const Host& host) {
  json.begin_object();
  put_known(json, "id", host.id);
  put_known(json, "hostname", host.hostname);
  json.key("os");
  write_os(json, host.os);
  put_known(json, "arch", host.arch);
  put_known(json, "kernelRunning", host.kernel_running);
  put_known(json, "kernelInstalled", host.kernel_installed);
  put_known(json, "bootTime", host.boot_time);
  put_known(json, "virtualization", host.virtualization);
  put_flag(json, "container", host.container);
  if (host.cloud) {
    json.key("cloud");
    json.begin_object();
    put(json, "provider", host.cloud->provider);
    put_known(json, "resourceId", host.cloud->resource_id);
    json.end_object();
  }
  json.end_object();
}

void write_reason(JsonWriter& json, const Reason& reason) {
  json.begin_object();
  put(json, "code", reason.code);
  put(json, "message", reason.message);
  json.end_object();
}

void write_reboot_reason(JsonWriter& json, const RebootReason& reason) {
  json.begin_object();
  put(json, "source", reason.source);
  put(json, "evidence", reason.evidence);
  put(json, "strength", to_text(reason.strength));
  json.end_object();
}

/// Which service answered: the first source that did, else the first that was asked.
PatchService service_used(const Assessment& assessment) {
  for (const auto& source : assessment.sources)
    if (std::holds_alternative<Findings>(source.outcome)) return source.service;
  return assessment.sources.empty() ? PatchService::unknown : assessment.sources.front().service;
}

void for_each_update(const Assessment& assessment, auto&& visit) {
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      for (const auto& update : findings->updates) visit(update, source.name);
}

/// Pending updates for each classification; one that carries several is counted under each.
void write_counts_by_classification(JsonWriter& json, const Assessment& assessment) {
  std::vector<int> counts(all_values<Classification>().size());
  for_each_update(assessment, [&](const Update& update, const std::string&) {
    if (is_pending(update))
      for (const auto value : update.classifications) ++counts.at(static_cast<std::size_t>(value));
  });
  json.begin_object();
  for (const auto value : all_values<Classification>())
    put_number(json, to_text(value), counts[static_cast<std::size_t>(value)]);
  json.end_object();
}

void put_counts(JsonWriter& json, const Assessment& assessment) {
  const bool known = status_of(assessment) != Status::failed;
  const Counts counts = count(assessment);
  const std::pair<std::string_view, int> numbers[] = {
      {"criticalAndSecurityPatchCount", counts.critical_and_security},
      {"otherPatchCount", counts.other},
      {"unclassifiedPatchCount", counts.unclassified},
      {"notInstallableSecurityPatchCount", counts.not_installable_security},
      {"notInstallableOtherPatchCount", counts.not_installable_other}};
  json.key("availablePatchCountByClassification");
  known ? write_counts_by_classification(json, assessment) : json.null();
  for (const auto& [key, number] : numbers) {
    json.key(key);
    known ? json.number(number) : json.null();
  }
}

void put_verdict_and_reboot(JsonWriter& json, const Assessment& assessment) {
  json.key("verdict");
  json.begin_object();
  put(json, "value", to_text(assessment.verdict.value));
  put_list(json, "reasons", assessment.verdict.reasons, write_reason);
  json.end_object();
  json.key("rebootPending");
  assessment.reboot_pending ? json.boolean(*assessment.reboot_pending) : json.null();
  put_list(json, "rebootReasons", assessment.reboot_reasons, write_reboot_reason);
}

}  // namespace

std::string to_json(const Assessment& assessment, JsonStyle style) {
  return to_json(assessment, style, [](JsonWriter&) {});
}

std::string to_json(const Assessment& assessment, JsonStyle style, const std::function<void(JsonWriter&)>& more) {
  std::size_t updates = 0;
  for_each_update(assessment, [&](const Update&, const std::string&) { ++updates; });
  JsonWriter json(style, kUsualHead + updates * (style == JsonStyle::compact ? kUsualUpdate : kUsualUpdate * 3 / 2));
  json.begin_object();
  put_number(json, "schemaVersion", 1);
  put(json, "assessmentActivityId", assessment.activity_id);
  put(json, "startDateTime", format_time(assessment.started));
  put(json, "lastModifiedDateTime", format_time(assessment.last_modified));
  put(json, "status", to_text(status_of(assessment)));
  put_verdict_and_reboot(json, assessment);
  put(json, "patchServiceUsed", to_text(service_used(assessment)));
  put_counts(json, assessment);
  json.key("host");
  write_host(json, assessment.host);
  put_list(json, "sources", assessment.sources, write_source);
  put_list(json, "warnings", assessment.warnings, write_warning);
  json.key("agent");
  json.begin_object();
  put_known(json, "version", assessment.agent_version);
  if (assessment.interval) put_number(json, "intervalSeconds", assessment.interval->count());
  json.end_object();
  put_known(json, "stateHash", assessment.state_hash);
  json.key("patches");
  json.begin_array();
  for_each_update(assessment,
                  [&](const Update& update, const std::string& source) { write_update(json, update, source); });
  json.end_array();
  more(json);
  json.end_object();
  return std::move(json).take();
}

std::string state_text(const Findings& findings) {
  Metadata metadata = findings.metadata;
  metadata.checked_at.reset();
  for (auto& repository : metadata.repositories) repository.checked_at.reset();
  JsonWriter json(JsonStyle::compact);
  json.begin_array();
  json.text("patchstate findings state 2");  // the domain: a hash of this text is never one of another
  json.text(findings.tool);
  json.text(findings.tool_version);
  write_metadata(json, metadata);
  for (const auto& warning : findings.warnings) write_warning_state(json, warning);
  for (const auto& update : findings.updates) write_update(json, update, {});
  if (findings.last_installation) write_installation(json, *findings.last_installation);
  json.end_array();
  return std::move(json).take();
}

std::string state_text(const Assessment& assessment) {
  JsonWriter json(JsonStyle::compact);
  json.begin_array();
  json.text("patchstate assessment state 2");
  json.text(assessment.agent_version);
  json.number(assessment.interval ? assessment.interval->count() : 0);
  write_host(json, assessment.host);
  json.text(to_text(assessment.verdict.value));
  for (const auto& reason : assessment.verdict.reasons) json.text(reason.code);  // its message: "checked 3 hours ago"
  assessment.reboot_pending ? json.boolean(*assessment.reboot_pending) : json.null();
  for (const auto& reason : assessment.reboot_reasons) json.text(reason.source);  // its evidence: "12 processes"
  for (const auto& warning : assessment.warnings) write_warning_state(json, warning);
  for (const auto& source : assessment.sources) {
    json.text(source.name);
    json.text(to_text(source.service));
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      json.text(findings->digest);
    else
      write_failure(json, std::get<Failure>(source.outcome));
  }
  json.end_array();
  return std::move(json).take();
}

}  // namespace patchstate
