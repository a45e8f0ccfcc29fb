// SPDX-License-Identifier: Apache-2.0
// What people and programs ask the store. Every list is a page: at most `limit` rows, and a cursor to go on from.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub/fleet.h"
#include "hub/plan.h"
#include "hub/store.h"

namespace patchstate {

constexpr std::size_t kMostRows = 1000;
constexpr std::size_t kMostRowsOfFile = 5000;  ///< at a time, of what becomes one file

/// Filters are "and"; an empty one does not filter.
struct HostQuery {
  std::string verdict;  ///< as of now
  std::string os;       ///< "debian", or "debian:12"
  std::string tag;
  std::string classification;  ///< a pending update is classified so
  std::string severity;        ///< a pending update has this severity
  std::string cve;
  std::string package;                              ///< name of a pending update
  std::string update;                               ///< its id, from /v1/updates
  std::string text;                                 ///< part of the host's name, or its id
  std::optional<std::chrono::seconds> pending_for;  ///< a security update has been pending this long
  std::string reboot;                               ///< pending, not_pending, unknown
  std::vector<std::int64_t> pending;                ///< one of these updates is pending, in whatever state
  std::optional<bool> past_support;                 ///< its operating system gets no security updates any more
  std::string sort = "hostname";                    ///< hostname, security, oldest, received; "-" before it: descending
  std::string cursor;
  std::size_t limit = 100;
};

struct HostPage {
  std::vector<HostRecord> hosts;
  std::string next;  ///< cursor; empty: this was the last page
};

struct UpdateRecord {
  std::int64_t key = 0;
  std::string source;
  std::string patch_id;
  std::string name;
  std::string version;
  std::string arch;
  std::string classification;
  bool security = false;
  std::string severity;
  std::string advisories;  ///< JSON array
  std::string cves;        ///< JSON array
  std::string repository;
  std::string origin;
  std::int64_t missing_on = 0;
  Time first_seen{};
};

struct UpdateQuery {
  std::string cve;
  std::string package;
  std::string severity;
  std::optional<bool> security;
  std::string text;                ///< part of its name
  std::string sort = "-machines";  ///< machines, name, oldest; "-" before it: descending
  std::string cursor;
  std::size_t limit = 100;
};

struct UpdatePage {
  std::vector<UpdateRecord> updates;
  std::string next;
};

/// A host that has an update pending, in whatever state.
struct LackingHost {
  HostRecord host;
  std::string state;
  std::string installed;
  Time first_seen{};
};
struct LackingPage {
  std::vector<LackingHost> hosts;
  std::string next;
};

/// One update of one host, pending or resolved.
struct PendingRecord {
  UpdateRecord update;
  std::string state;
  std::string installed;
  Time first_seen{};
  Time last_seen{};  ///< of a pending one: when the host last said so
  Time resolved{};   ///< epoch: still pending
};

/// What a host said for a while in the past.
struct FormerState {
  Time since{};
  Time until{};
  Time silent{};  ///< before `until`: it was not reporting from then on
  std::string verdict;
  std::int64_t security = 0;
  std::int64_t other = 0;
  std::int64_t reboot = -1;
};

/// A word that is none of those a filter knows, or a damaged cursor: throws std::invalid_argument naming it.
HostPage hosts(Store& store, const HostQuery& query, Time now);
UpdatePage updates(Store& store, const UpdateQuery& query);

/// Also one that no host lacks any more. Its `missing_on` counts the hosts on which its state is one that decides.
std::optional<UpdateRecord> find_update(Store& store, std::int64_t key);
/// All that are said to fix it, those that most hosts lack first.
std::vector<UpdateRecord> updates_for_cve(Store& store, const std::string& cve);
/// In the order of these keys; one that is not known is left out.
std::vector<UpdateRecord> updates_of_keys(Store& store, const std::vector<std::int64_t>& keys);
/// Hosts that have one of these updates pending, by name; of several, what is said of the one that has waited longest.
LackingPage lacking(Store& store, const std::vector<std::int64_t>& updates, const std::string& cursor,
                    std::size_t limit, Time now);
std::int64_t count_lacking(Store& store, const std::vector<std::int64_t>& updates);
/// When the last host that had one of them pending no more had it, installed or not; epoch: none ever.
Time last_resolved(Store& store, const std::vector<std::int64_t>& updates);

FleetCounts fleet_counts(Store& store, Time now);
/// The number of hosts in `unknown` alone, in a third of the time.
std::int64_t count_unknown(Store& store, Time now);
/// The fleet as it was on that day, by what was known then.
FleetCounts fleet_counts_at(Store& store, Time at);
/// The fleet as it was counted at a midnight (UTC) that has passed.
struct FleetDay {
  Time day{};
  FleetCounts counts;
};
/// Since `from`, in the order of time; a day that nobody counted is not in it.
std::vector<FleetDay> fleet_days(Store& store, Time from);
/// What would make the fleet completed, by what its machines said last. Of more than a thousand groups of machines that
/// lack the same, the largest.
struct FleetPlan {
  std::vector<PlanStep> steps;
  std::int64_t noncompliant = 0;  ///< machines that are so now
  std::int64_t reached = 0;       ///< of these: compliant after all steps
  std::int64_t doubtful = 0;      ///< of these: would still not prove it, because a source failed, say
  std::int64_t accepted = 0;      ///< machines that are left out because the risk of what they miss was accepted
};
FleetPlan fleet_plan(Store& store, Time now);
/// Hosts by operating system: its name, the filter `os=` that finds them ("debian:13"; empty: none does), hosts,
/// security updates, hosts past the end of its support.
struct SystemCount {
  std::string name;
  std::string filter;
  std::int64_t hosts = 0;
  std::int64_t security = 0;
  std::int64_t past_support = 0;
};
std::vector<SystemCount> systems(Store& store, Time now);

std::optional<HostRecord> find_host(Store& store, const std::string& id);
std::vector<PendingRecord> pending_of(Store& store, std::int64_t host, std::size_t limit);
std::vector<PendingRecord> resolved_of(Store& store, std::int64_t host, std::size_t limit);
std::vector<FormerState> former_states(Store& store, std::int64_t host, std::size_t limit);
/// The newest full report of a host as it was sent, compressed (gzip).
std::optional<std::string> newest_report(Store& store, std::int64_t host);
std::vector<std::string> tags_of(Store& store, std::int64_t host);
/// By the hosts' keys; one without tags is not in it.
using TagsOfHosts = std::map<std::int64_t, std::vector<std::string>>;
TagsOfHosts tags_of(Store& store, const std::vector<HostRecord>& hosts);
/// False when there is no such host.
bool set_tags(Store& store, const std::string& id, const std::vector<std::string>& tags);

}  // namespace patchstate
