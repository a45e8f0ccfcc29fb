// SPDX-License-Identifier: Apache-2.0
// Accepted risks: a security update that a host misses, and somebody took the responsibility for until a date. Nothing
// is compliant by it: it is counted apart, and ends by itself (docs/accepted-risks.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hub/audit.h"
#include "hub/store.h"

namespace patchstate {

constexpr std::chrono::days kLongestAcceptance{366};

struct AcceptedRisk {
  std::int64_t risk = 0;
  std::int64_t host = 0;    ///< 0: of every host that misses the update
  std::int64_t update = 0;  ///< its key; 0: every security update that the host misses, also one that comes later
  std::string host_id;      ///< empty: every host
  std::string hostname;
  std::string update_name;  ///< empty: every update
  std::string update_version;
  std::string reason;
  Time created{};
  std::string created_by;
  Time until{};
  Time ended{};  ///< before its time; epoch: it was not
  std::string ended_by;
};

struct NewRisk {
  std::string host_id;      ///< empty: every host
  std::int64_t update = 0;  ///< 0: every update of that host
  std::string reason;
  Time until{};
};

/// Empty: it is accepted, noted, and counted. Else why it was not, for people.
std::string accept_risk(Store& store, const NewRisk& risk, const AuditEntry& entry);
/// False: there is none that is in force.
bool end_risk(Store& store, std::int64_t risk, const AuditEntry& entry);

/// Those in force first, the one that ends first before the others; then the former ones, the last one first.
std::vector<AcceptedRisk> accepted_risks(Store& store, Time now, std::size_t limit);
/// In force, and about this host: its own, and those of updates that it misses.
std::vector<AcceptedRisk> risks_of_host(Store& store, std::int64_t host, Time now);
/// In force, and about this update.
std::vector<AcceptedRisk> risks_of_update(Store& store, std::int64_t update_key, Time now);

/// Counts what is accepted on these hosts anew; `hosts`: rows of their keys (sql::Rows). Part of the open transaction.
void count_accepted(Store& store, const std::string& hosts, Time now);
/// Whether a risk is in force at all.
bool has_accepted_risks(Store& store, Time now);
/// Of at most `most` hosts one of whose acceptances has ended: counts again what is still accepted. How many it did.
std::size_t recount_ended(Store& store, Time now, std::size_t most);

}  // namespace patchstate
