// SPDX-License-Identifier: Apache-2.0
// Shape and words of Azure's VirtualMachineAssessPatchesResult.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"

namespace patchstate {
namespace {

using Json = nlohmann::ordered_json;

/// Azure's own words; Linux machines there know Critical, Security, Other and Unclassified.
std::string_view azure_classification(Classification value) {
  switch (value) {
    case Classification::critical:
      return "Critical";
    case Classification::security:
      return "Security";
    case Classification::definition:
      return "Definition";
    case Classification::rollup:
      return "UpdateRollUp";
    case Classification::feature:
      return "FeaturePack";
    case Classification::unknown:
      return "Unclassified";
    case Classification::bugfix:
    case Classification::enhancement:
    case Classification::driver:
    case Classification::other:
      return "Other";
  }
  return "Unclassified";
}

Json classifications(const Update& update) {
  Json words = Json::array();
  for (const auto value : update.classifications)
    if (Json word = azure_classification(value); std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(std::move(word));
  return words;
}

std::string_view azure_reboot(RebootBehavior value) {
  switch (value) {
    case RebootBehavior::never_reboots:
      return "NeverReboots";
    case RebootBehavior::can_request_reboot:
      return "CanRequestReboot";
    case RebootBehavior::always_requires_reboot:
      return "AlwaysRequiresReboot";
    case RebootBehavior::unknown:
      return "Unknown";
  }
  return "Unknown";
}

/// Excluded: somebody decided so. NotSelected: the system itself leaves it out for now.
std::string_view azure_state(UpdateState value) {
  switch (value) {
    case UpdateState::installable:
      return "Available";
    case UpdateState::installed_pending_reboot:
      return "Pending";
    case UpdateState::held:
    case UpdateState::excluded:
    case UpdateState::blocked_by_pin:
    case UpdateState::hidden:
      return "Excluded";
    case UpdateState::phased:
    case UpdateState::kept_back:
    case UpdateState::needs_subscription:
    case UpdateState::optional:
    case UpdateState::superseded:
      return "NotSelected";
  }
  return "Available";
}

Json patch_json(const Update& update, const Assessment& assessment) {
  Json json{{"patchId", update.patch_id}, {"name", update.name}, {"version", update.version}};
  if (!update.kb_id.empty()) json["kbId"] = update.kb_id;
  json["classifications"] = classifications(update);
  json["rebootBehavior"] = azure_reboot(update.reboot_behavior);
  json["activityId"] = assessment.activity_id;
  if (update.published) json["publishedDate"] = format_time(*update.published);
  json["lastModifiedDateTime"] = format_time(assessment.last_modified);
  json["assessmentState"] = azure_state(update.state);
  return json;
}

/// Everything that keeps the answer from being whole. A verdict of `unknown` is an error here even where every source
/// answered: Azure's shape has no other place that says "these counts prove nothing".
Json details(const Assessment& assessment) {
  Json list = Json::array();
  const auto add = [&](std::string_view code, const std::string& message) {
    Json detail{{"code", code}, {"message", message}};
    if (std::find(list.begin(), list.end(), detail) == list.end()) list.push_back(std::move(detail));
  };
  for (const auto& source : assessment.sources)
    if (const auto* failure = std::get_if<Failure>(&source.outcome))
      add(to_text(failure->kind), source.name + ": " + failure->message);
  const auto add_incomplete = [&](const std::vector<Warning>& warnings) {
    for (const auto& warning : warnings)
      if (warning.incomplete) add(warning.code, warning.message);
  };
  add_incomplete(assessment.warnings);
  for (const auto& source : assessment.sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome)) add_incomplete(findings->warnings);
  if (assessment.verdict.value == VerdictValue::unknown)
    for (const auto& reason : assessment.verdict.reasons) add(reason.code, reason.message);
  return list;
}

std::string_view azure_status(const Assessment& assessment) {
  const Status status = status_of(assessment);
  if (status == Status::failed) return "Failed";
  if (status == Status::partial || assessment.verdict.value == VerdictValue::unknown) return "CompletedWithWarnings";
  return "Succeeded";
}

Json error_json(const Assessment& assessment, std::string_view status) {
  if (status == "Succeeded") return nullptr;
  const bool failed = status == "Failed";
  return {{"code", failed ? "AssessmentFailed" : "AssessmentIncomplete"},
          {"message", failed ? "No source of updates answered: nothing is known about this machine."
                             : "The list may be incomplete: the counts prove nothing beyond what they name."},
          {"details", details(assessment)}};
}

}  // namespace

std::string to_azure(const Assessment& assessment) {
  const Counts counts = count(assessment);
  const std::string_view status = azure_status(assessment);
  const bool known = status != "Failed";
  Json patches = Json::array();
  for (const auto* update : updates_by_urgency(assessment)) patches.push_back(patch_json(*update, assessment));
  const Json json{{"status", status},
                  {"assessmentActivityId", assessment.activity_id},
                  {"rebootPending", assessment.reboot_pending ? Json(*assessment.reboot_pending) : Json(nullptr)},
                  {"criticalAndSecurityPatchCount", known ? Json(counts.critical_and_security) : Json(nullptr)},
                  {"otherPatchCount", known ? Json(counts.other + counts.unclassified) : Json(nullptr)},
                  {"startDateTime", format_time(assessment.started)},
                  {"availablePatches", known ? std::move(patches) : Json(nullptr)},
                  {"error", error_json(assessment, status)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace patchstate
