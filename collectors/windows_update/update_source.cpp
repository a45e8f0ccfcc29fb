// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/update_source.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate::windows_update {
namespace {

constexpr std::string_view kWsus = "3da21691-e39d-4da6-8a4b-b43877bcb1b7";
constexpr std::string_view kWindowsUpdate = "9482f4b4-e343-43b6-b170-9a65bc822c77";

struct KnownService {
  std::string_view id;
  std::string_view name;
};

constexpr auto kServices = std::to_array<KnownService>({{kWsus, "WSUS"},
                                                        {kWindowsUpdate, "Windows Update"},
                                                        {"7971f918-a847-4430-9279-4a52d1efe18d", "Microsoft Update"},
                                                        {"855e8a7c-ecb4-4ca3-b045-1dfa50104289", "Microsoft Store"}});

constexpr std::int64_t kFromWindowsUpdate = 0;  ///< of SetPolicyDrivenUpdateSourceFor…
constexpr std::int64_t kDisabledStart = 4;      ///< of a service's Start

const UpdateService* find_service(const Snapshot& snapshot, auto&& wanted) {
  if (!snapshot.services) return nullptr;
  const auto found = std::find_if(snapshot.services->begin(), snapshot.services->end(), wanted);
  return found == snapshot.services->end() ? nullptr : &*found;
}

const UpdateService* default_service(const Snapshot& snapshot) {
  return find_service(snapshot, [](const UpdateService& one) { return one.is_default.value_or(false); });
}

bool is_wsus(const UpdateService& service) {
  return service.id == kWsus;
}

/// The WSUS server that policy names and puts in force; empty: none.
std::string wsus_server(const UpdatePolicy& policy) {
  if (policy.use_wu_server == 1 && policy.wu_server && !policy.wu_server->empty()) return *policy.wu_server;
  return policy.mdm_update_service_url.value_or("");
}

bool quality_updates_from_windows_update(const UpdatePolicy& policy) {
  return policy.use_update_class_policy_source == 1 && policy.source_for_quality_updates == kFromWindowsUpdate;
}

/// A WSUS server beside deferrals, without the policies that settle it: some releases ask both ("dual scan").
bool is_dual_scan(const UpdatePolicy& policy) {
  return policy.defer_quality_updates_days.has_value() && policy.disable_dual_scan != 1 &&
         policy.use_update_class_policy_source != 1;
}

/// Which of both policy asks for; nullopt: it can be either.
std::optional<PatchService> expected(const UpdatePolicy& policy) {
  if (wsus_server(policy).empty() || quality_updates_from_windows_update(policy)) return PatchService::WU;
  return is_dual_scan(policy) ? std::nullopt : std::optional(PatchService::WU_WSUS);
}

/// Of what was searched, or of the agent's default; empty: neither is known.
std::string id_of_source(const Snapshot& snapshot) {
  if (!snapshot.search.service_id.empty()) return snapshot.search.service_id;
  if (snapshot.search.selection == "managed") return std::string(kWsus);
  if (snapshot.search.selection == "windows_update") return std::string(kWindowsUpdate);
  const auto* const service = default_service(snapshot);
  return service == nullptr ? std::string() : service->id;
}

std::string name_of(const std::string& id, const UpdateService* service) {
  const auto* const known =
      std::find_if(kServices.begin(), kServices.end(), [&](const KnownService& one) { return one.id == id; });
  if (known != kServices.end()) return std::string(known->name);
  return service != nullptr && !service->name.empty() ? service->name : "update service " + id;
}

void add_disagreement(const Snapshot& snapshot, UpdateSource& source) {
  const auto wanted = expected(snapshot.policy);
  const auto* const actual = default_service(snapshot);
  if (!wanted || actual == nullptr || snapshot.search.offline_package) return;
  if (is_wsus(*actual) == (*wanted == PatchService::WU_WSUS)) return;
  const std::string by_policy = *wanted == PatchService::WU_WSUS
                                    ? "the WSUS server " + masked(wsus_server(snapshot.policy))
                                    : std::string("Windows Update");
  source.warnings.push_back(
      {"update_source_disagrees",
       fmt::format(
           "policy sends this machine to {}, and the agent asks {}: `gpupdate /force` and a restart of wuauserv "
           "bring both together, or the policy is not the one that is meant",
           by_policy, masked(name_of(actual->id, actual))),
       source.name, false});
}

void add_incomplete_policy(const UpdatePolicy& policy, UpdateSource& source) {
  if (policy.use_wu_server != 1 || (policy.wu_server && !policy.wu_server->empty())) return;
  source.warnings.push_back(
      {"wsus_without_server",
       "policy says to use a WSUS server (UseWUServer is 1) and names none (WUServer): set it, or "
       "take UseWUServer away",
       source.name, false});
}

/// Windows Update holds back what is paused or deferred; WSUS does not look at either.
void add_pause(const UpdatePolicy& policy, Time now, UpdateSource& source) {
  if (source.service != PatchService::WU) return;
  if (const auto& until = policy.pause_quality_updates_until; until && !until->empty()) {
    const auto end = parse_time(*until);
    if (!end || *end > now)
      source.warnings.push_back(
          {"updates_paused",
           fmt::format("quality updates, security updates among them, are paused until {}: Windows Update does not "
                       "offer them; resume them to know what is missing",
                       clean_text(*until, 40)),
           source.name, true});
  }
  if (const auto days = policy.defer_quality_updates_days.value_or(0); days > 0)
    source.warnings.push_back({"updates_deferred",
                               fmt::format("by policy Windows Update does not offer quality updates, security updates "
                                           "among them, in the first {} days after their release",
                                           days),
                               source.name, false});
}

void add_switched_off(const UpdatePolicy& policy, UpdateSource& source) {
  if (policy.no_auto_update != 1) return;
  source.warnings.push_back(
      {"automatic_updates_off",
       "policy switches automatic updates off (NoAutoUpdate is 1): what is pending stays so until "
       "somebody, or another tool, installs it",
       source.name, false});
}

}  // namespace

UpdateSource update_source(const Snapshot& snapshot, Time now) {
  UpdateSource source;
  source.service_id = id_of_source(snapshot);
  const auto* const service =
      find_service(snapshot, [&](const UpdateService& one) { return one.id == source.service_id; });
  const bool wsus =
      source.service_id.empty() ? expected(snapshot.policy) == PatchService::WU_WSUS : source.service_id == kWsus;
  source.service = wsus && !snapshot.search.offline_package ? PatchService::WU_WSUS : PatchService::WU;
  if (source.service_id.empty())
    source.name = wsus ? "WSUS" : "Windows Update";
  else
    source.name = name_of(source.service_id, service);
  if (snapshot.search.offline_package) source.name = "scan package";
  const std::string by_policy = source.service == PatchService::WU_WSUS ? wsus_server(snapshot.policy) : std::string();
  source.server = masked(!by_policy.empty() ? by_policy : service != nullptr ? service->url : std::string());
  source.managed = service != nullptr && service->is_managed ? service->is_managed : std::optional(wsus);
  if (snapshot.search.offline_package) return source;
  add_disagreement(snapshot, source);
  add_incomplete_policy(snapshot.policy, source);
  add_pause(snapshot.policy, now, source);
  add_switched_off(snapshot.policy, source);
  return source;
}

std::string repository_name(const UpdateSource& source) {
  return source.server.empty() ? source.name : source.name + " " + source.server;
}

std::string why_disabled(const Snapshot& snapshot) {
  const auto& policy = snapshot.policy;
  if (policy.wuauserv_start == kDisabledStart)
    return "the Windows Update service (wuauserv) is disabled: `sc config wuauserv start= demand` lets it start";
  if (snapshot.search.offline_package) return {};
  // Behind a WSUS server the policy takes the pages and buttons away, and searches may go on.
  const bool answered = snapshot.search.result == SearchResult::succeeded && !wsus_server(policy).empty();
  if (policy.disable_windows_update_access == 1 && !answered)
    return "policy forbids the use of Windows Update (DisableWindowsUpdateAccess is 1)";
  if (policy.mdm_allow_update_service == 0)
    return "the MDM forbids the use of every update service (AllowUpdateService is 0)";
  return {};
}

}  // namespace patchstate::windows_update
