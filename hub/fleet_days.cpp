// SPDX-License-Identifier: Apache-2.0
#include "hub/fleet_days.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "hub/questions.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

using std::chrono::days;

constexpr days kMostDays{400};

std::optional<Time> latest_missing(Store& store, Time now, std::chrono::seconds keep) {
  const auto known = sql::select<std::int64_t>(store.session(), "SELECT COALESCE(MIN(known_since), 0) FROM hosts");
  const Time first = sql::time_of(std::get<0>(known.at(0)));
  if (first == Time{}) return std::nullopt;
  const Time from = std::max(first, now - std::min<std::chrono::seconds>(keep, kMostDays));
  std::unordered_set<std::int64_t> counted;
  for (const auto& [day] :
       sql::select<std::int64_t>(store.session(), "SELECT day FROM fleet_days WHERE day >= $1", {sql::seconds(from)}))
    counted.insert(day);
  for (Time day = std::chrono::floor<days>(now); day >= from; day -= days{1})
    if (!counted.contains(sql::seconds(day))) return day;
  return std::nullopt;
}

}  // namespace

bool count_missing_day(Store& store, Time now, std::chrono::seconds keep) {
  return sql::guarded("the fleet's days could not be counted", [&] {
    const auto day = latest_missing(store, now, keep);
    if (!day) return false;
    const FleetCounts counts = fleet_counts_at(store, *day);
    // Another hub may have counted it meanwhile.
    sql::run(store.session(),
             "INSERT INTO fleet_days (day, hosts, compliant, noncompliant, accepted, unknown, silent, never_reported, "
             "security_updates, accepted_updates, other_updates, reboots, oldest_pending) VALUES ($1, $2, $3, $4, $5, "
             "$6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (day) DO NOTHING",
             {sql::seconds(*day), counts.hosts, counts.compliant, counts.noncompliant, counts.accepted, counts.unknown,
              counts.silent, counts.never_reported, counts.security_updates, counts.accepted_updates,
              counts.other_updates, counts.reboots, sql::seconds(counts.oldest_pending)});
    return true;
  });
}

}  // namespace patchstate
