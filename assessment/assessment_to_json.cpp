// SPDX-License-Identifier: Apache-2.0
// The strict writer. One rule for what is not known: the field is absent. Lists are always there, also when empty; only
// rebootPending and, when no source answered, the counts say "not known" with null, because people query them blindly.
#include <string>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

using Json = nlohmann::ordered_json;

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void put(Json& object, const char* key, const std::optional<Time>& time) {
  if (time) object[key] = format_time(*time);
}

template <class Item>
Json list(const std::vector<Item>& items, auto&& to_item) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_item(item));
  return array;
}

Json advisory_json(const Advisory& advisory) {
  Json json{{"id", advisory.id}, {"type", to_text(advisory.type)}, {"severity", to_text(advisory.severity)}};
  put(json, "issued", advisory.issued);
  put(json, "url", advisory.url);
  return json;
}

Json update_json(const Update& update, const std::string& source) {
  Json json{{"patchId", update.patch_id}, {"name", update.name}, {"version", update.version}};
  put(json, "installedVersion", update.installed_version);
  put(json, "arch", update.arch);
  put(json, "sourcePackage", update.source_package);
  put(json, "sourceVersion", update.source_version);
  put(json, "purl", update.purl);
  put(json, "kbId", update.kb_id);
  json["classifications"] = list(update.classifications, [](Classification value) { return to_text(value); });
  json["severity"] = to_text(update.severity);
  put(json, "vendorSeverity", update.vendor_severity);
  json["state"] = to_text(update.state);
  put(json, "stateReason", update.state_reason);
  put(json, "evidence", update.evidence);
  json["rebootBehavior"] = to_text(update.reboot_behavior);
  put(json, "publishedDateTime", update.published);
  json["advisories"] = list(update.advisories, advisory_json);
  json["cves"] = update.cves;
  put(json, "repository", update.repository);
  put(json, "origin", update.origin);
  if (update.size_bytes) json["sizeBytes"] = *update.size_bytes;
  put(json, "firstSeen", update.first_seen);
  json["source"] = source;
  return json;
}

Json warning_json(const Warning& warning) {
  Json json{{"code", warning.code}, {"message", warning.message}};
  put(json, "subject", warning.subject);
  json["incomplete"] = warning.incomplete;
  return json;
}

Json repository_json(const Repository& repository) {
  Json json{{"name", repository.name}, {"state", to_text(repository.state)}};
  put(json, "checkedAt", repository.checked_at);
  put(json, "publishedAt", repository.published_at);
  put(json, "validUntil", repository.valid_until);
  json["security"] = repository.security;
  return json;
}

Json metadata_json(const Metadata& metadata) {
  Json json = Json::object();
  put(json, "checkedAt", metadata.checked_at);
  put(json, "checkedEvidence", metadata.checked_evidence);
  put(json, "publishedAt", metadata.published_at);
  json["repositories"] = list(metadata.repositories, repository_json);
  json["missingAdvisoryData"] = metadata.missing_advisory_data;
  return json;
}

Json failure_json(const Failure& failure) {
  Json json{{"kind", to_text(failure.kind)}};
  put(json, "errorCode", failure.error_code);
  json["message"] = failure.message;
  return json;
}

Json source_json(const SourceReport& source) {
  const auto* findings = std::get_if<Findings>(&source.outcome);
  Json json{
      {"name", source.name}, {"patchServiceUsed", to_text(source.service)}, {"status", to_text(status_of(source))}};
  if (findings != nullptr) {
    put(json, "tool", findings->tool);
    put(json, "toolVersion", findings->tool_version);
  }
  json["durationMs"] = source.duration.count();
  if (findings != nullptr) {
    json["metadata"] = metadata_json(findings->metadata);
    json["warnings"] = list(findings->warnings, warning_json);
  } else {
    json["failure"] = failure_json(std::get<Failure>(source.outcome));
  }
  return json;
}

Json host_json(const Host& host) {
  Json json = Json::object();
  put(json, "id", host.id);
  put(json, "hostname", host.hostname);
  Json os = Json::object();
  put(os, "id", host.os.id);
  os["idLike"] = host.os.id_like;
  put(os, "versionId", host.os.version_id);
  put(os, "codename", host.os.codename);
  put(os, "name", host.os.name);
  put(os, "endOfSupport", host.os.end_of_support);
  put(os, "endOfSupportSource", host.os.end_of_support_source);
  json["os"] = std::move(os);
  put(json, "arch", host.arch);
  put(json, "kernelRunning", host.kernel_running);
  put(json, "kernelInstalled", host.kernel_installed);
  put(json, "bootTime", host.boot_time);
  put(json, "virtualization", host.virtualization);
  json["container"] = host.container;
  if (host.cloud) {
    json["cloud"] = {{"provider", host.cloud->provider}};
    put(json["cloud"], "resourceId", host.cloud->resource_id);
  }
  return json;
}

/// Which service answered: the first source that did, else the first that was asked.
PatchService service_used(const Assessment& assessment) {
  for (const auto& source : assessment.sources)
    if (std::holds_alternative<Findings>(source.outcome)) return source.service;
  return assessment.sources.empty() ? PatchService::unknown : assessment.sources.front().service;
}

/// Pending updates for each classification; one that carries several is counted under each.
Json counts_by_classification(const Assessment& assessment) {
  Json counts = Json::object();
  for (const auto classification : all_values<Classification>()) counts[std::string(to_text(classification))] = 0;
  for (const auto* update : updates_by_urgency(assessment))
    if (is_pending(*update))
      for (const auto classification : update->classifications) {
        auto& number = counts[std::string(to_text(classification))];
        number = number.get<int>() + 1;
      }
  return counts;
}

void put_counts(Json& json, const Assessment& assessment) {
  const bool known = status_of(assessment) != Status::failed;
  const Counts counts = count(assessment);
  const auto number = [&](int value) { return known ? Json(value) : Json(nullptr); };
  json["availablePatchCountByClassification"] = known ? counts_by_classification(assessment) : Json(nullptr);
  json["criticalAndSecurityPatchCount"] = number(counts.critical_and_security);
  json["otherPatchCount"] = number(counts.other);
  json["unclassifiedPatchCount"] = number(counts.unclassified);
  json["notInstallableSecurityPatchCount"] = number(counts.not_installable_security);
  json["notInstallableOtherPatchCount"] = number(counts.not_installable_other);
}

Json patches_json(const Assessment& assessment) {
  Json patches = Json::array();
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome))
      for (const auto& update : findings->updates) patches.push_back(update_json(update, source.name));
  return patches;
}

}  // namespace

std::string to_json(const Assessment& assessment, JsonStyle style) {
  Json json{{"schemaVersion", 1},
            {"assessmentActivityId", assessment.activity_id},
            {"startDateTime", format_time(assessment.started)},
            {"lastModifiedDateTime", format_time(assessment.last_modified)},
            {"status", to_text(status_of(assessment))}};
  json["verdict"]["value"] = to_text(assessment.verdict.value);
  json["verdict"]["reasons"] = list(assessment.verdict.reasons, [](const Reason& reason) {
    return Json{{"code", reason.code}, {"message", reason.message}};
  });
  json["rebootPending"] = assessment.reboot_pending ? Json(*assessment.reboot_pending) : Json(nullptr);
  json["rebootReasons"] = list(assessment.reboot_reasons, [](const RebootReason& reason) {
    return Json{{"source", reason.source}, {"evidence", reason.evidence}, {"strength", to_text(reason.strength)}};
  });
  json["patchServiceUsed"] = to_text(service_used(assessment));
  put_counts(json, assessment);
  json["host"] = host_json(assessment.host);
  json["sources"] = list(assessment.sources, source_json);
  json["warnings"] = list(assessment.warnings, warning_json);
  json["agent"] = Json::object();
  put(json["agent"], "version", assessment.agent_version);
  json["patches"] = patches_json(assessment);
  return json.dump(style == JsonStyle::indented ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace patchstate
