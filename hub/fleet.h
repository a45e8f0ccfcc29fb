// SPDX-License-Identifier: Apache-2.0
// Verdict of a fleet, from what its hosts said and when. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate {

/// What is known of one host, as it stands in the store.
struct HostRecord {
  std::int64_t key = 0;
  std::string id;
  std::string hostname;
  std::string os_id;
  std::string os_version;
  std::string os_name;
  Time end_of_support{};
  std::string arch;
  std::string kernel;
  std::string cloud;
  std::string resource_id;
  std::string agent_version;
  std::vector<std::string> tags;
  Time enrolled{};
  Time removed{};   ///< from the fleet; epoch: it is in it
  Time reported{};  ///< of its newest full report, by the host's own clock; epoch: it never reported
  Time received{};  ///< its last word, full or heartbeat, by the hub's clock
  Time silent{};    ///< when it counts as not reporting, unless it says something before
  Time good_until{};
  std::int64_t clock_skew = 0;  ///< seconds the host's clock is behind the hub's
  std::int64_t interval = 0;
  std::string verdict;  ///< of its newest full report
  std::vector<Reason> reasons;
  std::int64_t security = 0;
  std::int64_t other = 0;
  std::int64_t unclassified = 0;
  std::int64_t apart = 0;
  std::int64_t accepted = 0;  ///< of `security`: a risk that somebody accepted, until `accepted_until`
  Time accepted_until{};
  std::int64_t reboot = -1;  ///< 1 pending, 0 not, -1 not known
  std::string max_severity;
  Time oldest_pending{};
  Time since{};  ///< since when its state is what it is
  std::string activity_id;
};

/// What a host counts as: the words of its verdict, and one that only people can give.
enum class Standing { compliant, noncompliant, accepted, unknown };
std::string_view to_text(Standing standing);
/// nullopt: none of these words.
std::optional<Standing> standing_from(std::string_view word);
/// `accepted`: it would be noncompliant, and the risk of every security update it misses is accepted at `now`.
Standing standing_of(const HostRecord& host, Time now);

/// verdict_of, with what was accepted as its first reason.
Verdict explained(const HostRecord& host, Time now);

/// The verdict as of `now`: what it said, unless it has been silent for too long or what proved it has grown too old.
Verdict verdict_of(const HostRecord& host, Time now);

/// standing_of as an SQL expression over `h` (hosts) and `c` (contacts, left-joined), with the words of Standing.
std::string verdict_sql(Time now);

struct FleetCounts {
  std::int64_t hosts = 0;
  std::int64_t compliant = 0;
  std::int64_t noncompliant = 0;  ///< without those in `accepted`
  std::int64_t accepted = 0;      ///< they miss security updates, and somebody accepted the risk of each until a date
  std::int64_t unknown = 0;
  std::int64_t silent = 0;            ///< of `unknown`: reported once, and no more
  std::int64_t never_reported = 0;    ///< of `unknown`
  std::int64_t security_updates = 0;  ///< pending, summed over hosts; without those in `accepted_updates`
  std::int64_t accepted_updates = 0;
  std::int64_t other_updates = 0;
  std::int64_t reboots = 0;
  std::int64_t past_support = 0;
  Time oldest_pending{};
  Time accepted_until{};  ///< when the first of those in `accepted` is noncompliant again, unless it is patched before
};

/// completed: every host is compliant or its risk accepted, and there is at least one.
bool is_completed(const FleetCounts& counts);
/// The sentence an auditor wants first.
std::string sentence_about(const FleetCounts& counts, Time now);
/// As monitoring plugins count: 0 completed, 2 security updates are missing somewhere, 3 not known of some host.
int exit_code_of(const FleetCounts& counts);

}  // namespace patchstate
