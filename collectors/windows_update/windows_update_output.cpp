// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_output.h"

#include <array>
#include <limits>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"

namespace patchstate::windows_update {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestAnswer = 64U << 20U;
constexpr std::size_t kMostUpdates = 20'000;
constexpr std::size_t kMostInAList = 5'000;
constexpr std::size_t kShort = 256;
constexpr std::size_t kLong = 2048;
/// Depth of our own format is 6; a hostile text must not recurse further.
constexpr int kDeepest = 8;

[[noreturn]] void refuse(const std::string& what) {
  throw CollectorError(FailureKind::unparseable, "the answer of the Windows Update probe can't be read: " + what);
}

/// The member, or null where it is absent.
const json* member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

const json& required(const json& object, const char* key) {
  const json* const value = member(object, key);
  if (value == nullptr) refuse(std::string("there is no ") + key);
  return *value;
}

const json& as_object(const json& value, const char* what) {
  if (!value.is_object()) refuse(std::string(what) + " is no object");
  return value;
}

const json& as_list(const json& value, const char* what, std::size_t most = kMostInAList) {
  if (!value.is_array()) refuse(std::string(what) + " is no list");
  if (value.size() > most) refuse(std::string(what) + " is longer than can be");
  return value;
}

std::string as_text(const json& value, const char* what, std::size_t most) {
  if (!value.is_string()) refuse(std::string(what) + " is no text");
  return clean_text(value.get_ref<const std::string&>(), most);
}

std::string text(const json& object, const char* key, std::size_t most = kShort) {
  const json* const value = member(object, key);
  return value == nullptr ? std::string() : as_text(*value, key, most);
}

std::string lower_case(std::string value) {
  for (char& letter : value)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return value;
}

/// A UUID, without regard to how it is written.
std::string id(const json& object, const char* key) {
  return lower_case(text(object, key));
}

std::vector<std::string> texts(const json& object, const char* key, std::size_t most = kShort) {
  std::vector<std::string> all;
  if (const json* const list = member(object, key))
    for (const auto& one : as_list(*list, key)) all.push_back(as_text(one, key, most));
  return all;
}

std::vector<std::string> ids(const json& object, const char* key) {
  std::vector<std::string> all = texts(object, key);
  for (auto& one : all) one = lower_case(std::move(one));
  return all;
}

std::optional<bool> flag(const json& object, const char* key) {
  const json* const value = member(object, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse(std::string(key) + " is neither true nor false");
  return value->get<bool>();
}

std::optional<std::int64_t> number(const json& object, const char* key) {
  const json* const value = member(object, key);
  if (value == nullptr) return std::nullopt;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value->is_number_integer() || (value->is_number_unsigned() && value->get<std::uint64_t>() > kMost))
    refuse(std::string(key) + " is no whole number");
  return value->get<std::int64_t>();
}

ErrorCode error_code(const json& object, const char* key) {
  const auto value = number(object, key).value_or(0);
  if (value < 0 || value > std::numeric_limits<ErrorCode>::max()) refuse(std::string(key) + " is no error code");
  return static_cast<ErrorCode>(value);
}

std::optional<Time> time(const json& object, const char* key) {
  const json* const value = member(object, key);
  if (value == nullptr) return std::nullopt;
  const auto moment = parse_time(as_text(*value, key, kShort));
  if (!moment) refuse(std::string(key) + " is no time");
  return moment;
}

std::optional<std::string> setting(const json& object, const char* key) {
  const json* const value = member(object, key);
  return value == nullptr ? std::nullopt : std::optional(as_text(*value, key, kLong));
}

template <class Enum, std::size_t kNumber>
Enum word(const json& object, const char* key, const std::array<std::string_view, kNumber>& words) {
  const std::string found = text(object, key);
  if (found.empty()) return Enum{};
  for (std::size_t at = 0; at < kNumber; ++at)
    if (found == words[at]) return static_cast<Enum>(at);
  refuse(std::string(key) + " is a word that is not known");
}

// In the order of the enums.
constexpr std::array<std::string_view, 3> kUpdateTypes = {"unknown", "software", "driver"};
constexpr std::array<std::string_view, 4> kReboots = {"unknown", "never", "always", "can_request"};
constexpr std::array<std::string_view, 5> kAutoSelections = {
    "unknown", "let_windows_update_decide", "auto_select_if_downloaded", "never_auto_select", "always_auto_select"};
constexpr std::array<std::string_view, 6> kDeploymentActions = {"unknown",        "none",      "installation",
                                                                "uninstallation", "detection", "optional_installation"};
constexpr std::array<std::string_view, 7> kSearchResults = {
    "not_ended", "not_started", "in_progress", "succeeded", "succeeded_with_errors", "failed", "aborted"};

std::vector<Missing> missing(const json& object, const char* key) {
  std::vector<Missing> all;
  if (const json* const list = member(object, key))
    for (const auto& one : as_list(*list, key))
      all.push_back({text(as_object(one, key), "property"), error_code(one, "error")});
  return all;
}

std::vector<Category> categories(const json& object) {
  std::vector<Category> all;
  if (const json* const list = member(object, "categories"))
    for (const auto& one : as_list(*list, "categories"))
      all.push_back({id(as_object(one, "a category"), "id"), text(one, "name"), text(one, "type")});
  return all;
}

RawUpdate update(const json& object) {
  RawUpdate one;
  one.id = id(as_object(object, "an update"), "id");
  one.revision = number(object, "revision").value_or(0);
  one.title = text(object, "title", kLong);
  one.type = word<UpdateType>(object, "type", kUpdateTypes);
  one.kb_ids = texts(object, "kbIds");
  one.cve_ids = texts(object, "cveIds");
  one.categories = categories(object);
  one.msrc_severity = text(object, "msrcSeverity");
  one.size_bytes = number(object, "sizeBytes");
  one.is_downloaded = flag(object, "isDownloaded");
  one.is_mandatory = flag(object, "isMandatory");
  one.is_hidden = flag(object, "isHidden");
  one.is_installed = flag(object, "isInstalled");
  one.is_beta = flag(object, "isBeta");
  one.reboot_required = flag(object, "rebootRequired");
  one.browse_only = flag(object, "browseOnly");
  one.per_user = flag(object, "perUser");
  one.auto_selection = word<AutoSelection>(object, "autoSelection", kAutoSelections);
  one.deployment_action = word<DeploymentAction>(object, "deploymentAction", kDeploymentActions);
  one.eula_accepted = flag(object, "eulaAccepted");
  one.reboot_behavior = word<Reboot>(object, "rebootBehavior", kReboots);
  one.last_deployment_change = time(object, "lastDeploymentChange");
  one.deadline = time(object, "deadline");
  one.support_url = text(object, "supportUrl", kLong);
  one.more_info_urls = texts(object, "moreInfoUrls", kLong);
  one.superseded_ids = ids(object, "supersededIds");
  one.missing = missing(object, "missing");
  return one;
}

UpdateService service(const json& object) {
  UpdateService one;
  one.id = id(as_object(object, "a service"), "id");
  one.name = text(object, "name");
  one.url = text(object, "url", kLong);
  one.is_managed = flag(object, "isManaged");
  one.is_default = flag(object, "isDefault");
  one.is_registered = flag(object, "isRegistered");
  one.is_scan_package = flag(object, "isScanPackage");
  one.offers_windows_updates = flag(object, "offersWindowsUpdates");
  one.issued = time(object, "issued");
  return one;
}

UpdatePolicy policy(const json& object) {
  UpdatePolicy one;
  one.wu_server = setting(object, "wuServer");
  one.wu_status_server = setting(object, "wuStatusServer");
  one.use_wu_server = number(object, "useWuServer");
  one.no_auto_update = number(object, "noAutoUpdate");
  one.au_options = number(object, "auOptions");
  one.disable_dual_scan = number(object, "disableDualScan");
  one.do_not_connect_to_internet = number(object, "doNotConnectToInternet");
  one.disable_windows_update_access = number(object, "disableWindowsUpdateAccess");
  one.use_update_class_policy_source = number(object, "useUpdateClassPolicySource");
  one.source_for_quality_updates = number(object, "sourceForQualityUpdates");
  one.source_for_feature_updates = number(object, "sourceForFeatureUpdates");
  one.source_for_driver_updates = number(object, "sourceForDriverUpdates");
  one.source_for_other_updates = number(object, "sourceForOtherUpdates");
  one.mdm_update_service_url = setting(object, "mdmUpdateServiceUrl");
  one.mdm_allow_update_service = number(object, "mdmAllowUpdateService");
  one.target_release_version = setting(object, "targetReleaseVersion");
  one.defer_quality_updates_days = number(object, "deferQualityUpdatesDays");
  one.pause_quality_updates_until = setting(object, "pauseQualityUpdatesUntil");
  one.wuauserv_start = number(object, "wuauservStart");
  return one;
}

Search search(const json& object) {
  Search one;
  one.selection = text(object, "selection");
  one.service_id = id(object, "serviceId");
  one.criteria = text(object, "criteria", kLong);
  one.online = flag(object, "online");
  one.offline_package = flag(object, "offlinePackage").value_or(false);
  required(object, "result");
  one.result = word<SearchResult>(object, "result", kSearchResults);
  one.error = error_code(object, "error");
  one.failed_call = text(object, "failedCall");
  one.timed_out = flag(object, "timedOut").value_or(false);
  one.duration = std::chrono::milliseconds(number(object, "durationMs").value_or(0));
  if (const json* const list = member(object, "warnings"))
    for (const auto& warning : as_list(*list, "warnings"))
      one.warnings.push_back({error_code(as_object(warning, "a warning"), "error"), text(warning, "message", kLong),
                              text(warning, "context")});
  return one;
}

Snapshot snapshot(const json& object) {
  if (text(object, "snapshot") != "windows_update") refuse("it is the snapshot of something else");
  Snapshot all;
  all.agent_version = text(object, "agentVersion");
  all.api_major = number(object, "apiMajor");
  all.missing_interfaces = texts(object, "missingInterfaces");
  if (const json* const settings = member(object, "policy")) all.policy = policy(as_object(*settings, "policy"));
  if (const json* const list = member(object, "services")) {
    all.services.emplace();
    for (const auto& one : as_list(*list, "services")) all.services->push_back(service(one));
  }
  all.automatic_updates_enabled = flag(object, "automaticUpdatesEnabled");
  all.notification_level = number(object, "notificationLevel");
  all.last_search_success = time(object, "lastSearchSuccess");
  all.last_installation_success = time(object, "lastInstallationSuccess");
  all.reboot_required = flag(object, "rebootRequired");
  all.search = search(as_object(required(object, "search"), "search"));
  for (const auto& one : as_list(required(object, "updates"), "updates", kMostUpdates))
    all.updates.push_back(update(one));
  if (const json* const entry = member(object, "lastInstallation"))
    all.last_installation = HistoryEntry{text(as_object(*entry, "lastInstallation"), "title", kLong),
                                         id(*entry, "updateId"), time(*entry, "date")};
  all.problems = missing(object, "problems");
  return all;
}

}  // namespace

Snapshot parse_probe_output(std::string_view answer) {
  if (answer.size() > kLargestAnswer) refuse("it is larger than can be");
  try {
    bool too_deep = false;
    const auto limit = [&too_deep](int depth, json::parse_event_t, const json&) {
      too_deep = too_deep || depth > kDeepest;
      return !too_deep;
    };
    const json object = json::parse(answer, limit);
    if (too_deep || !object.is_object()) refuse("it is no snapshot");
    return snapshot(object);
  } catch (const json::exception& error) {
    refuse(clean_text(error.what(), kShort));
  }
}

}  // namespace patchstate::windows_update
