// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>

#include <fmt/core.h>

#include "hub/questions.h"
#include "hub/sql.h"
#include "hub/sql_rows.h"

namespace patchstate {
namespace {

using Number = std::int64_t;

// What is read and compared for one answer, however many machines there are and however different.
constexpr std::size_t kMostGroups = 4000;
constexpr Number kMostLacks = 50'000;

struct Groups {
  std::map<Number, LackGroup> by_machine;  ///< by one machine of each
  Number noncompliant = 0;
  Number doubtful = 0;
};

/// Machines that miss the same, the largest groups first, as far as the limits reach.
Groups groups_of(Store& store, Time now) {
  const auto sum = [](std::string_view what) { return fmt::format("CAST(SUM({}) OVER () AS BIGINT)", what); };
  constexpr std::string_view kSure = "COUNT(*) FILTER (WHERE h.doubts = 0)";
  Groups groups;
  Number lacks = 0;
  for (const auto& [machine, sure, security, hash, all, all_sure] :
       sql::select<Number, Number, Number, Number, Number, Number>(
           store.session(),
           fmt::format(
               "SELECT MIN(h.host), {0}, MAX(h.security), h.lacks, {1}, {2} FROM hosts h LEFT JOIN contacts c ON "
               "c.host = h.host WHERE h.removed = 0 AND h.verdict = 'noncompliant' AND {3} = 'noncompliant' GROUP BY "
               "h.lacks "
               "ORDER BY {0} DESC, MAX(h.security), MIN(h.host) LIMIT {4}",
               kSure, sum("COUNT(*)"), sum(kSure), verdict_sql(now), kMostGroups))) {
    groups.noncompliant = all;
    groups.doubtful = all - all_sure;
    lacks += security;
    // A host that an earlier version recorded has no hash yet.
    if (hash != 0 && sure > 0 && lacks <= kMostLacks) groups.by_machine[machine] = {sure, {}};
  }
  return groups;
}

Number count_accepted(Store& store, Time now) {
  return std::get<0>(
      sql::select<Number>(store.session(),
                          fmt::format("SELECT COUNT(*) FROM hosts h LEFT JOIN contacts c ON c.host = h.host WHERE "
                                      "h.accepted > 0 AND h.accepted_until > {} AND h.removed = 0 AND {} = 'accepted'",
                                      sql::seconds(now), verdict_sql(now)))
          .at(0));
}

void add_lacks(Store& store, Groups& groups) {
  sql::Rows machines;
  for (const auto& [machine, group] : groups.by_machine) machines.add(machine);
  if (machines.empty()) return;
  std::map<Number, std::set<Number>> lacks;
  for (const auto& [machine, update] : sql::select<Number, Number>(
           store.session(),
           fmt::format(
               "SELECT p.host, CASE WHEN p.state = 'installed_pending_reboot' THEN {} ELSE p.update_key END "
               "FROM {} AS j JOIN pending p ON p.host = j.h AND p.resolved = 0 JOIN updates u ON u.update_key = "
               "p.update_key WHERE u.security = 1 AND p.state IN ('installable', 'installed_pending_reboot')",
               kRestart, sql::rows(store, 1, {"h#"})),
           {machines.take()}))
    lacks[machine].insert(update);
  for (const auto& [machine, updates] : lacks) groups.by_machine[machine].lacks.assign(updates.begin(), updates.end());
}

}  // namespace

FleetPlan fleet_plan(Store& store, Time now) {
  return sql::guarded("the plan can't be made", [&] {
    Groups groups = groups_of(store, now);
    add_lacks(store, groups);
    FleetPlan plan;
    plan.noncompliant = groups.noncompliant;
    plan.doubtful = groups.doubtful;
    plan.accepted = count_accepted(store, now);
    std::vector<LackGroup> list;
    for (auto& [machine, group] : groups.by_machine)
      if (!group.lacks.empty()) list.push_back(std::move(group));
    plan.steps = shortest_plan(std::move(list));
    if (!plan.steps.empty()) plan.reached = plan.steps.back().compliant;
    return plan;
  });
}

}  // namespace patchstate
