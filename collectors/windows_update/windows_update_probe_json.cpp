// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_probe_json.h"

#include <concepts>

#include "assessment/json_writer.h"

namespace patchstate::windows_update {
namespace {

/// Bytes of an update with its CVEs; a guess, for the text to grow once.
constexpr std::size_t kUsualUpdate = 2048;

/// Members of one object; what is not known is left out.
class Members {
 public:
  explicit Members(JsonWriter& out) : out_(out) {}

  void text(const char* key, const std::string& value) {
    if (value.empty()) return;
    out_.key(key);
    out_.text(value);
  }
  void text(const char* key, const std::optional<std::string>& value) {
    if (!value) return;
    out_.key(key);
    out_.text(*value);
  }
  void word(const char* key, const char* value) {
    out_.key(key);
    out_.text(value);
  }
  void number(const char* key, const std::optional<std::int64_t>& value) {
    if (!value) return;
    out_.key(key);
    out_.number(*value);
  }
  void flag(const char* key, const std::optional<bool>& value) {
    if (!value) return;
    out_.key(key);
    out_.boolean(*value);
  }
  void time(const char* key, const std::optional<Time>& value) {
    if (value) text(key, format_time(*value));
  }
  void texts(const char* key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    out_.key(key);
    out_.begin_array();
    for (const auto& value : values) out_.text(value);
    out_.end_array();
  }
  template <class Item>
  void list(const char* key, const std::vector<Item>& items, const std::invocable<Members&, const Item&> auto& write) {
    out_.key(key);
    out_.begin_array();
    for (const auto& item : items) {
      out_.begin_object();
      write(*this, item);
      out_.end_object();
    }
    out_.end_array();
  }
  void object(const char* key, const std::invocable<Members&> auto& write) {
    out_.key(key);
    out_.begin_object();
    write(*this);
    out_.end_object();
  }

 private:
  JsonWriter& out_;
};

const char* word_of(UpdateType type) {
  switch (type) {
    case UpdateType::software: return "software";
    case UpdateType::driver: return "driver";
    case UpdateType::unknown: break;
  }
  return "unknown";
}

const char* word_of(Reboot behavior) {
  switch (behavior) {
    case Reboot::never: return "never";
    case Reboot::always: return "always";
    case Reboot::can_request: return "can_request";
    case Reboot::unknown: break;
  }
  return "unknown";
}

const char* word_of(AutoSelection selection) {
  switch (selection) {
    case AutoSelection::let_windows_update_decide: return "let_windows_update_decide";
    case AutoSelection::auto_select_if_downloaded: return "auto_select_if_downloaded";
    case AutoSelection::never_auto_select: return "never_auto_select";
    case AutoSelection::always_auto_select: return "always_auto_select";
    case AutoSelection::unknown: break;
  }
  return "unknown";
}

const char* word_of(DeploymentAction action) {
  switch (action) {
    case DeploymentAction::none: return "none";
    case DeploymentAction::installation: return "installation";
    case DeploymentAction::uninstallation: return "uninstallation";
    case DeploymentAction::detection: return "detection";
    case DeploymentAction::optional_installation: return "optional_installation";
    case DeploymentAction::unknown: break;
  }
  return "unknown";
}

const char* word_of(SearchResult result) {
  switch (result) {
    case SearchResult::not_started: return "not_started";
    case SearchResult::in_progress: return "in_progress";
    case SearchResult::succeeded: return "succeeded";
    case SearchResult::succeeded_with_errors: return "succeeded_with_errors";
    case SearchResult::failed: return "failed";
    case SearchResult::aborted: return "aborted";
    case SearchResult::not_ended: break;
  }
  return "not_ended";
}

void write_missing(Members& to, const Missing& one) {
  to.text("property", one.property);
  to.number("error", one.error);
}

void write_category(Members& to, const Category& one) {
  to.text("id", one.id);
  to.text("name", one.name);
  to.text("type", one.type);
}

void write_update(Members& to, const RawUpdate& one) {
  to.text("id", one.id);
  to.number("revision", one.revision);
  to.text("title", one.title);
  to.word("type", word_of(one.type));
  to.texts("kbIds", one.kb_ids);
  to.texts("cveIds", one.cve_ids);
  to.list("categories", one.categories, write_category);
  to.text("msrcSeverity", one.msrc_severity);
  to.number("sizeBytes", one.size_bytes);
  to.flag("isDownloaded", one.is_downloaded);
  to.flag("isMandatory", one.is_mandatory);
  to.flag("isHidden", one.is_hidden);
  to.flag("isInstalled", one.is_installed);
  to.flag("isBeta", one.is_beta);
  to.flag("rebootRequired", one.reboot_required);
  to.flag("browseOnly", one.browse_only);
  to.flag("perUser", one.per_user);
  to.word("autoSelection", word_of(one.auto_selection));
  to.word("deploymentAction", word_of(one.deployment_action));
  to.flag("eulaAccepted", one.eula_accepted);
  to.word("rebootBehavior", word_of(one.reboot_behavior));
  to.time("lastDeploymentChange", one.last_deployment_change);
  to.time("deadline", one.deadline);
  to.text("supportUrl", one.support_url);
  to.texts("moreInfoUrls", one.more_info_urls);
  to.texts("supersededIds", one.superseded_ids);
  to.list("missing", one.missing, write_missing);
}

void write_service(Members& to, const UpdateService& one) {
  to.text("id", one.id);
  to.text("name", one.name);
  to.text("url", one.url);
  to.flag("isManaged", one.is_managed);
  to.flag("isDefault", one.is_default);
  to.flag("isRegistered", one.is_registered);
  to.flag("isScanPackage", one.is_scan_package);
  to.flag("offersWindowsUpdates", one.offers_windows_updates);
  to.time("issued", one.issued);
}

void write_policy(Members& to, const UpdatePolicy& one) {
  to.text("wuServer", one.wu_server);
  to.text("wuStatusServer", one.wu_status_server);
  to.number("useWuServer", one.use_wu_server);
  to.number("noAutoUpdate", one.no_auto_update);
  to.number("auOptions", one.au_options);
  to.number("disableDualScan", one.disable_dual_scan);
  to.number("doNotConnectToInternet", one.do_not_connect_to_internet);
  to.number("disableWindowsUpdateAccess", one.disable_windows_update_access);
  to.number("useUpdateClassPolicySource", one.use_update_class_policy_source);
  to.number("sourceForQualityUpdates", one.source_for_quality_updates);
  to.number("sourceForFeatureUpdates", one.source_for_feature_updates);
  to.number("sourceForDriverUpdates", one.source_for_driver_updates);
  to.number("sourceForOtherUpdates", one.source_for_other_updates);
  to.text("mdmUpdateServiceUrl", one.mdm_update_service_url);
  to.number("mdmAllowUpdateService", one.mdm_allow_update_service);
  to.text("targetReleaseVersion", one.target_release_version);
  to.number("deferQualityUpdatesDays", one.defer_quality_updates_days);
  to.text("pauseQualityUpdatesUntil", one.pause_quality_updates_until);
  to.number("wuauservStart", one.wuauserv_start);
}

void write_warning(Members& to, const SearchWarning& one) {
  to.number("error", one.error);
  to.text("message", one.message);
  to.text("context", one.context);
}

void write_search(Members& to, const Search& one) {
  to.text("selection", one.selection);
  to.text("serviceId", one.service_id);
  to.text("criteria", one.criteria);
  to.flag("online", one.online);
  to.flag("offlinePackage", one.offline_package);
  to.word("result", word_of(one.result));
  to.number("error", one.error);
  to.text("failedCall", one.failed_call);
  to.flag("timedOut", one.timed_out);
  to.number("durationMs", one.duration.count());
  to.list("warnings", one.warnings, write_warning);
}

void write_history(Members& to, const HistoryEntry& one) {
  to.text("title", one.title);
  to.text("updateId", one.update_id);
  to.time("date", one.date);
}

}  // namespace

std::string snapshot_json(const Snapshot& snapshot) {
  JsonWriter out(JsonStyle::compact, kUsualUpdate * (snapshot.updates.size() + 1));
  Members to(out);
  out.begin_object();
  to.word("snapshot", "windows_update");
  to.text("agentVersion", snapshot.agent_version);
  to.number("apiMajor", snapshot.api_major);
  to.texts("missingInterfaces", snapshot.missing_interfaces);
  to.object("policy", [&](Members& inside) { write_policy(inside, snapshot.policy); });
  if (snapshot.services) to.list("services", *snapshot.services, write_service);
  to.flag("automaticUpdatesEnabled", snapshot.automatic_updates_enabled);
  to.number("notificationLevel", snapshot.notification_level);
  to.time("lastSearchSuccess", snapshot.last_search_success);
  to.time("lastInstallationSuccess", snapshot.last_installation_success);
  to.flag("rebootRequired", snapshot.reboot_required);
  to.object("search", [&](Members& inside) { write_search(inside, snapshot.search); });
  to.list("updates", snapshot.updates, write_update);
  if (snapshot.last_installation)
    to.object("lastInstallation", [&](Members& inside) { write_history(inside, *snapshot.last_installation); });
  to.list("problems", snapshot.problems, write_missing);
  out.end_object();
  return std::move(out).take();
}

}  // namespace patchstate::windows_update
