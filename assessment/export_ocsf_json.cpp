// SPDX-License-Identifier: Apache-2.0
// OCSF 1.5 as JSON lines: one Operating System Patch State (5004), then a Vulnerability Finding (2002) for each
// security advisory and each CVE that an update known to this machine fixes.
#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "assessment/words.h"

namespace patchstate {
namespace {

using Json = nlohmann::ordered_json;

struct Word {
  int id;
  std::string_view caption;
};

/// 0 is "nobody said"; 1 would say that no action is required.
Word ocsf_severity(Severity severity) {
  switch (severity) {
    case Severity::unknown:
      return {0, "Unknown"};
    case Severity::none:
      return {1, "Informational"};
    case Severity::low:
      return {2, "Low"};
    case Severity::moderate:
      return {3, "Medium"};
    case Severity::important:
      return {4, "High"};
    case Severity::critical:
      return {5, "Critical"};
  }
  return {0, "Unknown"};
}

Word install_state(UpdateState state) {
  if (state == UpdateState::installable) return {2, "Not Installed"};
  if (state == UpdateState::installed_pending_reboot) return {3, "Installed Pending Reboot"};
  return {99, to_text(state)};
}

std::int64_t milliseconds(Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json os_json(const OperatingSystem& os) {
  const bool is_windows = os.id == "windows";
  // The class wants a version; a rolling release has none, so its name stands in.
  const std::string& version = !os.version_id.empty() ? os.version_id : !os.codename.empty() ? os.codename : os.name;
  return {{"name", os.name.empty() ? "unknown" : os.name},
          {"type_id", os.id.empty() ? 0
                      : is_windows  ? 100
                                    : 200},
          {"type", os.id.empty() ? "Unknown"
                   : is_windows  ? "Windows"
                                 : "Linux"},
          {"version", version.empty() ? "unknown" : version}};
}

Json device_json(const Host& host) {
  const bool is_virtual = !host.virtualization.empty() && host.virtualization != "none";
  Json device{{"type_id", is_virtual ? 6 : 0}, {"type", is_virtual ? "Virtual" : "Unknown"}};
  put(device, "uid", host.id);
  put(device, "hostname", host.hostname);
  if (host.id.empty() && host.hostname.empty()) device["name"] = "unknown";
  if (host.cloud) put(device, "instance_uid", host.cloud->resource_id);
  if (host.boot_time) device["boot_time"] = milliseconds(*host.boot_time);
  device["os"] = os_json(host.os);
  put(device["os"], "kernel_release", host.kernel_running);
  return device;
}

Json event(const Assessment& assessment, int category, int event_class, int activity, const Word& severity) {
  Json product{{"name", "patchstate"}, {"vendor_name", "patchstate"}};
  put(product, "version", assessment.agent_version);
  return {{"activity_id", activity},
          {"category_uid", category},
          {"class_uid", event_class},
          {"type_uid", event_class * 100 + activity},
          {"severity_id", severity.id},
          {"severity", severity.caption},
          {"time", milliseconds(assessment.last_modified)},
          {"metadata", {{"version", "1.5.0"}, {"uid", assessment.activity_id}, {"product", std::move(product)}}},
          {"device", device_json(assessment.host)}};
}

std::string joined(const std::vector<Classification>& classifications) {
  std::string text;
  for (const auto value : classifications) text += (text.empty() ? "" : ", ") + std::string(to_text(value));
  return text;
}

Json article_json(const Update& update, const OperatingSystem& os) {
  const Word state = install_state(update.state);
  Json json{{"uid", update.kb_id.empty() ? update.patch_id : update.kb_id},
            {"title", update.name + (update.version.empty() ? "" : " " + update.version)},
            {"install_state_id", state.id},
            {"install_state", state.caption},
            {"severity", update.vendor_severity.empty() ? to_text(update.severity) : update.vendor_severity},
            {"classification", joined(update.classifications)},
            {"is_superseded", update.state == UpdateState::superseded},
            {"os", os_json(os)}};
  if (!update.advisories.empty()) put(json, "bulletin", update.advisories.front().id);
  if (!update.advisories.empty()) put(json, "src_url", update.advisories.front().url);
  if (update.published) json["created_time"] = milliseconds(*update.published);
  if (update.size_bytes) json["size"] = *update.size_bytes;
  return json;
}

/// Highest severity that is known among the pending security updates; `unknown` when none is, or when nothing is
/// proved.
Severity severity_of(const Assessment& assessment, const std::vector<const Update*>& updates) {
  if (assessment.verdict.value == VerdictValue::compliant) return Severity::none;
  Severity highest = Severity::unknown;
  for (const auto* update : updates)
    if (is_pending(*update) && is_security(*update)) highest = std::max(highest, update->severity);
  return highest;
}

Json patch_state(const Assessment& assessment, const std::vector<const Update*>& updates) {
  Json json = event(assessment, 5, 5004, 2, ocsf_severity(severity_of(assessment, updates)));
  const Status status = status_of(assessment);
  const Word word = status == Status::failed      ? Word{2, "Failure"}
                    : status == Status::succeeded ? Word{1, "Success"}
                                                  : Word{99, "partial"};
  json["status_id"] = word.id;
  json["status"] = word.caption;
  json["status_code"] = to_text(assessment.verdict.value);
  std::string why;
  for (const auto& reason : assessment.verdict.reasons) why += (why.empty() ? "" : "; ") + reason.message;
  put(json, "status_detail", why);
  json["message"] = std::string(to_text(assessment.verdict.value)) + (why.empty() ? "" : ": " + why);
  if (status == Status::failed) return json;
  json["kb_article_list"] = Json::array();
  for (const auto* update : updates) json["kb_article_list"].push_back(article_json(*update, assessment.host.os));
  return json;
}

/// An advisory or a CVE, and the updates that fix it.
struct Flaw {
  const Advisory* advisory = nullptr;  ///< null: a CVE
  std::vector<const Update*> updates;
};

bool is_about_a_flaw(const Advisory& advisory, const Update& update) {
  if (advisory.type == Classification::unknown) return is_security(update);
  return advisory.type == Classification::security || advisory.type == Classification::critical;
}

/// By identifier, so that each has one finding however many packages it touches. What is superseded is fixed by the
/// update that supersedes it.
std::map<std::string, Flaw> flaws_of(const std::vector<const Update*>& updates) {
  std::map<std::string, Flaw> flaws;
  const auto add = [&](const std::string& id, const Advisory* advisory, const Update* update) {
    Flaw& flaw = flaws[id];
    if (advisory != nullptr) flaw.advisory = advisory;
    if (flaw.updates.empty() || flaw.updates.back() != update) flaw.updates.push_back(update);
  };
  for (const auto* update : updates) {
    if (update->state == UpdateState::superseded) continue;
    for (const auto& advisory : update->advisories)
      if (!advisory.id.empty() && is_about_a_flaw(advisory, *update)) add(advisory.id, &advisory, update);
    for (const auto& cve : update->cves)
      if (!cve.empty()) add(cve, nullptr, update);
  }
  return flaws;
}

Json packages_json(const std::vector<const Update*>& updates) {
  Json packages = Json::array();
  for (const auto* update : updates) {
    if (update->installed_version.empty()) continue;  // a package that is not there isn't affected
    Json json{{"name", update->name}, {"version", update->installed_version}, {"fixed_in_version", update->version}};
    put(json, "architecture", update->arch);
    packages.push_back(std::move(json));
  }
  return packages;
}

std::string update_names(const std::vector<const Update*>& updates) {
  std::vector<std::string> names;
  for (const auto* update : updates) {
    std::string name = update->name + (update->version.empty() ? "" : " " + update->version);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return listed(names, 10);
}

Json vulnerability_json(const std::string& id, const Flaw& flaw) {
  Json json{{"title", id}, {"is_fix_available", true}};
  if (flaw.advisory == nullptr) {
    json["cve"] = {{"uid", id}};
  } else {
    const Word state = install_state(flaw.updates.front()->state);
    json["advisory"] = {{"uid", id}, {"install_state_id", state.id}, {"install_state", state.caption}};
    json["severity"] = to_text(flaw.advisory->severity);
    if (flaw.advisory->issued) json["advisory"]["created_time"] = milliseconds(*flaw.advisory->issued);
    put(json["advisory"], "src_url", flaw.advisory->url);
    if (!flaw.advisory->url.empty()) json["references"] = Json::array({flaw.advisory->url});
  }
  if (Json packages = packages_json(flaw.updates); !packages.empty()) json["affected_packages"] = std::move(packages);
  json["remediation"] = {{"desc", "Update to " + update_names(flaw.updates)}};
  return json;
}

Json finding_json(const Assessment& assessment, const std::string& id, const Flaw& flaw) {
  Severity severity = flaw.advisory == nullptr ? Severity::unknown : flaw.advisory->severity;
  std::optional<Time> first_seen;
  for (const auto* update : flaw.updates) {
    if (flaw.advisory == nullptr) severity = std::max(severity, update->severity);
    if (update->first_seen && (!first_seen || *update->first_seen < *first_seen)) first_seen = update->first_seen;
  }
  Json json = event(assessment, 2, 2002, 1, ocsf_severity(severity));
  const std::string& host = assessment.host.id.empty() ? assessment.host.hostname : assessment.host.id;
  json["status_id"] = 1;
  json["status"] = "New";
  json["finding_info"] = {{"uid", host + "/" + id}, {"title", id + " is not fixed on this machine"}};
  if (first_seen) json["finding_info"]["first_seen_time"] = milliseconds(*first_seen);
  json["message"] = id + " is fixed by " + update_names(flaw.updates);
  json["vulnerabilities"] = Json::array({vulnerability_json(id, flaw)});
  return json;
}

void add_line(std::string& lines, const Json& json) {
  lines += json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_ocsf(const Assessment& assessment) {
  const auto updates = updates_by_urgency(assessment);
  std::string lines;
  add_line(lines, patch_state(assessment, updates));
  for (const auto& [id, flaw] : flaws_of(updates)) add_line(lines, finding_json(assessment, id, flaw));
  return lines;
}

}  // namespace patchstate
