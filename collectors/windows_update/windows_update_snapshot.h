// SPDX-License-Identifier: Apache-2.0
// What the Windows Update Agent and the settings that steer it say, before any rule. The probe prints it as one JSON
// object whose members have these names in camelCase (windows_update_output.h); what could not be read is left out, and
// `problems` or an update's `missing` says why.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate::windows_update {

/// An HRESULT as an unsigned number: 0x8024402C.
using ErrorCode = std::uint32_t;

/// Something that could not be read, in the interfaces' own words: {"IUpdate2.CveIDs", 0x80004002}.
struct Missing {
  std::string property;
  ErrorCode error = 0;
};

struct Category {
  std::string id;  ///< UUID, lower case; classifications are told by it, never by the name, which is translated
  std::string name;
  std::string type;  ///< "UpdateClassification", "Company", "Product", "ProductFamily"
};

enum class UpdateType { unknown, software, driver };
enum class Reboot { unknown, never, always, can_request };
/// AutoSelectionMode of IUpdate5.
enum class AutoSelection {
  unknown,
  let_windows_update_decide,
  auto_select_if_downloaded,
  never_auto_select,
  always_auto_select
};

/// DeploymentAction of IUpdate: what the server wants done with it.
enum class DeploymentAction { unknown, none, installation, uninstallation, detection, optional_installation };

/// One IUpdate. A property that failed is absent, and named in `missing`.
struct RawUpdate {
  std::string id;  ///< UUID, lower case
  std::int64_t revision = 0;
  std::string title;
  UpdateType type = UpdateType::unknown;
  std::vector<std::string> kb_ids;  ///< digits alone: "5034123"
  std::vector<std::string> cve_ids;
  std::vector<Category> categories;        ///< those of its parents are not in here
  std::string msrc_severity;               ///< "Critical", "Important", "Moderate", "Low" or empty
  std::optional<std::int64_t> size_bytes;  ///< MaxDownloadSize
  std::optional<bool> is_downloaded;
  std::optional<bool> is_mandatory;
  std::optional<bool> is_hidden;
  std::optional<bool> is_installed;
  std::optional<bool> is_beta;
  std::optional<bool> reboot_required;  ///< installed, and takes effect with the next boot
  std::optional<bool> browse_only;      ///< offered as optional
  std::optional<bool> per_user;
  AutoSelection auto_selection = AutoSelection::unknown;
  DeploymentAction deployment_action = DeploymentAction::unknown;
  std::optional<bool> eula_accepted;
  Reboot reboot_behavior = Reboot::unknown;
  std::optional<Time> last_deployment_change;  ///< what comes closest to a date of publication
  std::optional<Time> deadline;                ///< an administrator's, to have it installed
  std::string support_url;
  std::vector<std::string> more_info_urls;
  std::vector<std::string> superseded_ids;  ///< update ids, lower case, that this one takes the place of
  std::vector<Missing> missing;
};

/// IUpdateService.
struct UpdateService {
  std::string id;  ///< UUID, lower case
  std::string name;
  std::string url;  ///< credentials and all; the reader masks
  std::optional<bool> is_managed;
  std::optional<bool> is_default;  ///< IsDefaultAUService: what a search with the default selection asks
  std::optional<bool> is_registered;
  std::optional<bool> is_scan_package;
  std::optional<bool> offers_windows_updates;
  std::optional<Time> issued;  ///< IssueDate: of a scan package, when Microsoft signed what it knows
};

/// Registry values under Policies\Microsoft\Windows\WindowsUpdate, its AU key, and the MDM's PolicyManager key; absent:
/// not set. Numbers as they stand there.
struct UpdatePolicy {
  std::optional<std::string> wu_server;
  std::optional<std::string> wu_status_server;
  std::optional<std::int64_t> use_wu_server;
  std::optional<std::int64_t> no_auto_update;
  std::optional<std::int64_t> au_options;
  std::optional<std::int64_t> disable_dual_scan;
  std::optional<std::int64_t> do_not_connect_to_internet;  ///< DoNotConnectToWindowsUpdateInternetLocations
  std::optional<std::int64_t> disable_windows_update_access;
  std::optional<std::int64_t> use_update_class_policy_source;
  std::optional<std::int64_t>
      source_for_quality_updates;  ///< SetPolicyDrivenUpdateSourceForQualityUpdates: 0 WU, 1 WSUS
  std::optional<std::int64_t> source_for_feature_updates;
  std::optional<std::int64_t> source_for_driver_updates;
  std::optional<std::int64_t> source_for_other_updates;
  std::optional<std::string> mdm_update_service_url;  ///< PolicyManager\current\device\Update, UpdateServiceUrl
  std::optional<std::int64_t> mdm_allow_update_service;
  std::optional<std::string> target_release_version;  ///< TargetReleaseVersionInfo
  std::optional<std::int64_t> defer_quality_updates_days;
  std::optional<std::string> pause_quality_updates_until;
  std::optional<std::int64_t> wuauserv_start;  ///< Services\wuauserv, Start: 4 is disabled
};

struct SearchWarning {
  ErrorCode error = 0;
  std::string message;
  std::string context;  ///< UpdateExceptionContext as a word: "general", "windows_installer", "search_incomplete", …
};

/// OperationResultCode of the search; not_ended: there is no result.
enum class SearchResult { not_ended, not_started, in_progress, succeeded, succeeded_with_errors, failed, aborted };

struct Search {
  std::string selection;   ///< what was asked for: "default", "managed", "windows_update", "others"
  std::string service_id;  ///< what was asked, as far as it is known; lower case
  std::string criteria;
  std::optional<bool> online;    ///< IUpdateSearcher.Online: the server was asked, not only what is kept of it
  bool offline_package = false;  ///< by a signed scan package (wsusscn2.cab), which has security updates only
  SearchResult result = SearchResult::not_ended;
  ErrorCode error = 0;      ///< of the call that failed; 0: none did
  std::string failed_call;  ///< "IUpdateSearcher.BeginSearch"
  bool timed_out = false;   ///< our own deadline; the search was asked to abort
  std::chrono::milliseconds duration{0};
  std::vector<SearchWarning> warnings;
};

/// A successful installation in the history of the agent.
struct HistoryEntry {
  std::string title;
  std::string update_id;
  std::optional<Time> date;
};

struct Snapshot {
  std::string agent_version;  ///< of wuapi.dll: "10.0.20348.2340"
  std::optional<std::int64_t> api_major;
  std::vector<std::string> missing_interfaces;  ///< later ones that this agent does not have: "IUpdate3"
  UpdatePolicy policy;
  std::optional<std::vector<UpdateService>> services;  ///< nullopt: they could not be listed; `problems` says why
  std::optional<bool> automatic_updates_enabled;       ///< IAutomaticUpdates.ServiceEnabled
  std::optional<std::int64_t> notification_level;
  std::optional<Time> last_search_success;
  std::optional<Time> last_installation_success;
  std::optional<bool> reboot_required;  ///< ISystemInformation
  Search search;
  std::vector<RawUpdate> updates;
  std::optional<HistoryEntry> last_installation;
  std::vector<Missing> problems;  ///< whole steps that failed, apart from the search: {"IUpdateServiceManager", …}
};

}  // namespace patchstate::windows_update
