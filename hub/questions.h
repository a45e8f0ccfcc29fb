// SPDX-License-Identifier: Apache-2.0
// What people and programs ask the store. Every list is a page: at most `limit` rows, and a cursor to go on from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/fleet.h"
#include "hub/store.h"

namespace patchstate {

constexpr std::size_t kMostRows = 1000;

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
  std::string cursor;
  std::size_t limit = 100;
};

struct UpdatePage {
  std::vector<UpdateRecord> updates;
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

FleetCounts fleet_counts(Store& store, Time now);
/// The fleet as it was on that day, by what was known then.
FleetCounts fleet_counts_at(Store& store, Time at);
/// The fleet as it was counted at a midnight (UTC) that has passed.
struct FleetDay {
  Time day{};
  FleetCounts counts;
};
/// Since `from`, in the order of time; a day that nobody counted is not in it.
std::vector<FleetDay> fleet_days(Store& store, Time from);
/// Hosts by operating system: name, hosts, security updates, hosts past the end of its support.
struct SystemCount {
  std::string name;
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
/// False when there is no such host.
bool set_tags(Store& store, const std::string& id, const std::vector<std::string>& tags);

}  // namespace patchstate
