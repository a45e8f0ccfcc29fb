// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "hub/questions.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

using sql::seconds;
using sql::time_of;
using Text = std::string;
using Number = std::int64_t;

/// `hosts` is a query with the columns v, silent, security, accepted, accepted_until, other, reboot and oldest.
FleetCounts count(Store& store, const std::string& hosts) {
  // PostgreSQL sums integers to "numeric".
  const auto sum = [](std::string_view what) { return fmt::format("CAST(COALESCE(SUM({}), 0) AS BIGINT)", what); };
  const auto when = [&](std::string_view condition, std::string_view what) {
    return sum(fmt::format("CASE WHEN {} THEN {} ELSE 0 END", condition, what));
  };
  const std::string columns[] = {
      "COUNT(*)",
      when("v = 'compliant'", "1"),
      when("v = 'noncompliant'", "1"),
      when("v = 'unknown'", "1"),
      sum("silent"),
      when("v = 'noncompliant'", "security - accepted"),
      when("v = 'accepted'", "1"),
      sum("CASE WHEN v = 'accepted' THEN security WHEN v = 'noncompliant' THEN accepted ELSE 0 END"),
      "COALESCE(MIN(CASE WHEN v = 'accepted' THEN accepted_until END), 0)",
      sum("other"),
      when("reboot = 1", "1"),
      "COALESCE(MIN(CASE WHEN v = 'noncompliant' AND oldest > 0 THEN oldest END), 0)"};
  const auto rows =
      sql::select<Number, Number, Number, Number, Number, Number, Number, Number, Number, Number, Number, Number>(
          store.session(), fmt::format("SELECT {} FROM ({}) AS f", fmt::join(columns, ", "), hosts));
  const auto& [all, compliant, noncompliant, unknown, silent, security, accepted, accepted_updates, accepted_until,
               other, reboots, oldest] = rows.at(0);
  FleetCounts counts;
  counts.hosts = all;
  counts.compliant = compliant;
  counts.noncompliant = noncompliant;
  counts.unknown = unknown;
  counts.silent = silent;
  counts.security_updates = security;
  counts.accepted = accepted;
  counts.accepted_updates = accepted_updates;
  counts.accepted_until = time_of(accepted_until);
  counts.other_updates = other;
  counts.reboots = reboots;
  counts.oldest_pending = time_of(oldest);
  return counts;
}

/// Hosts that said the same verdict last, added up.
struct Tally {
  Number hosts = 0;
  Number security = 0;
  Number other = 0;
  Number reboots = 0;
  Number never_reported = 0;
  Number past_support = 0;
  Number silent = 0;
  Number oldest = 0;
};

/// By verdict, of the hosts `h` of these tables that meet the condition; `silent` is an expression, 1 or 0.
std::map<Text, Tally> tallies(Store& store, std::string_view tables, std::string_view condition,
                              std::string_view silent, Time now) {
  const auto sum = [](std::string_view what) { return fmt::format("CAST(COALESCE(SUM({}), 0) AS BIGINT)", what); };
  std::map<Text, Tally> all;
  for (const auto& [verdict, hosts, security, other, reboots, never_reported, past_support, is_silent, oldest] :
       sql::select<Text, Number, Number, Number, Number, Number, Number, Number, Number>(
           store.session(),
           fmt::format("SELECT h.verdict, COUNT(*), {}, {}, COUNT(*) FILTER (WHERE h.reboot = 1), COUNT(*) FILTER "
                       "(WHERE h.reported = 0), COUNT(*) FILTER (WHERE h.end_of_support > 0 AND h.end_of_support < "
                       "{}), {}, COALESCE(MIN(h.oldest_pending) FILTER (WHERE h.oldest_pending > 0), 0) FROM {} WHERE "
                       "{} GROUP BY h.verdict",
                       sum("h.security"), sum("h.other"), seconds(now), sum(silent), tables, condition)))
    all[verdict] = {hosts, security, other, reboots, never_reported, past_support, is_silent, oldest};
  return all;
}

/// Of the hosts that are known to miss a security update.
Number oldest_pending(Store& store, Time now) {
  return std::get<0>(
      sql::select<Number>(store.session(),
                          fmt::format("SELECT COALESCE(MIN(h.oldest_pending), 0) FROM hosts h JOIN contacts c ON "
                                      "c.host = h.host WHERE h.removed = 0 AND h.verdict = 'noncompliant' AND "
                                      "h.oldest_pending > 0 AND c.silent >= {} AND NOT ({})",
                                      seconds(now), accepted_sql(now, "h.")))
          .at(0));
}

/// Takes out of the noncompliant what somebody accepted the risk of.
void take_accepted(Store& store, FleetCounts& counts, Time now) {
  const auto rows = sql::select<Number, Number, Number, Number>(
      store.session(),
      fmt::format(
          "SELECT COUNT(*) FILTER (WHERE {0}), CAST(COALESCE(SUM(CASE WHEN {0} THEN h.security ELSE h.accepted END), "
          "0) AS BIGINT), COALESCE(MIN(h.accepted_until) FILTER (WHERE {0}), 0), COALESCE(MIN(h.oldest_pending) "
          "FILTER (WHERE {0} AND h.oldest_pending > 0), 0) FROM hosts h JOIN contacts c ON c.host = h.host WHERE "
          "h.accepted > 0 AND h.accepted_until > {1} AND h.removed = 0 AND h.reported > 0 AND h.verdict = "
          "'noncompliant' AND c.silent >= {1}",
          accepted_sql(now, "h."), seconds(now)));
  const auto& [hosts, updates, until, oldest] = rows.at(0);
  counts.accepted = hosts;
  counts.accepted_updates = updates;
  counts.accepted_until = time_of(until);
  counts.noncompliant -= hosts;
  counts.security_updates -= updates;
  if (oldest != 0 && time_of(oldest) <= counts.oldest_pending)
    counts.oldest_pending = time_of(oldest_pending(store, now));
}

}  // namespace

FleetCounts fleet_counts(Store& store, Time now) {
  return sql::guarded("the fleet can't be counted", [&] {
    // Each host by what it said last, out of one index in its order; then those whose word is worth nothing any more.
    const auto all = tallies(store, "hosts h", "h.removed = 0", "0", now);
    const auto late = tallies(
        store, "hosts h LEFT JOIN contacts c ON c.host = h.host",
        fmt::format("h.removed = 0 AND h.reported > 0 AND (COALESCE(c.silent, 0) < {0} OR (h.verdict = 'compliant' "
                    "AND COALESCE(c.good_until, 0) < {0}))",
                    seconds(now)),
        fmt::format("CASE WHEN COALESCE(c.silent, 0) < {} THEN 1 ELSE 0 END", seconds(now)), now);
    FleetCounts counts;
    for (const auto& [verdict, tally] : all) {
      const auto found = late.find(verdict);
      const Tally lost = found == late.end() ? Tally{} : found->second;
      counts.hosts += tally.hosts;
      counts.other_updates += tally.other;
      counts.reboots += tally.reboots;
      counts.never_reported += tally.never_reported;
      counts.past_support += tally.past_support;
      counts.silent += lost.silent;
      counts.unknown += lost.hosts;
      if (verdict == to_text(VerdictValue::compliant)) {
        counts.compliant = tally.hosts - lost.hosts;
      } else if (verdict == to_text(VerdictValue::noncompliant)) {
        counts.noncompliant = tally.hosts - lost.hosts;
        counts.security_updates = tally.security - lost.security;
        // A least value can't be taken away from another.
        const bool is_lost = lost.oldest != 0 && lost.oldest <= tally.oldest;
        counts.oldest_pending = time_of(is_lost ? oldest_pending(store, now) : tally.oldest);
      } else {
        counts.unknown += tally.hosts - lost.hosts;
      }
    }
    take_accepted(store, counts, now);
    return counts;
  });
}

std::int64_t count_unknown(Store& store, Time now) {
  return sql::guarded("the fleet can't be counted", [&] {
    return std::get<0>(sql::select<Number>(store.session(),
                                           fmt::format("SELECT COUNT(*) FROM hosts h LEFT JOIN contacts c ON c.host = "
                                                       "h.host WHERE h.removed = 0 AND {} = 'unknown'",
                                                       verdict_sql(now)))
                           .at(0));
  });
}

FleetCounts fleet_counts_at(Store& store, Time at) {
  return sql::guarded("the history can't be read", [&] {
    const auto verdict = fmt::format(
        "CASE WHEN silent < {0} THEN 'unknown' WHEN verdict = 'compliant' AND good_until < {0} THEN 'unknown' WHEN "
        "verdict = 'noncompliant' AND {1} THEN 'accepted' ELSE verdict END AS v, CASE WHEN silent < {0} THEN 1 ELSE 0 "
        "END AS silent, security, CASE WHEN {0} < accepted_until THEN accepted ELSE 0 END AS accepted, accepted_until, "
        "other, reboot, oldest_pending AS oldest",
        seconds(at), accepted_sql(at, ""));
    FleetCounts counts = count(
        store,
        fmt::format("SELECT {0} FROM states WHERE since <= {1} AND until > {1} UNION ALL SELECT {0} FROM (SELECT "
                    "h.verdict, h.security, h.accepted, h.accepted_until, h.other, h.reboot, h.oldest_pending, "
                    "COALESCE(c.silent, 0) AS "
                    "silent, COALESCE(c.good_until, 0) AS good_until FROM hosts h LEFT JOIN contacts c ON "
                    "c.host = h.host WHERE h.since > 0 AND h.since <= {1} AND h.removed NOT BETWEEN 1 AND {1}) AS "
                    "present",
                    verdict, seconds(at)));
    // Each host has one state at a time, and none before it was known: those without one had not reported yet.
    const auto enrolled = sql::select<Number>(
        store.session(),
        fmt::format("SELECT COUNT(*) FROM hosts WHERE known_since <= {0} AND removed NOT BETWEEN 1 AND {0}",
                    seconds(at)));
    counts.never_reported = std::max<Number>(0, std::get<0>(enrolled.at(0)) - counts.hosts);
    counts.unknown += counts.never_reported;
    counts.hosts += counts.never_reported;
    return counts;
  });
}

std::vector<FleetDay> fleet_days(Store& store, Time from) {
  return sql::guarded("the fleet's days can't be read", [&] {
    std::vector<FleetDay> days;
    const auto rows = sql::select<Number, Number, Number, Number, Number, Number, Number, Number, Number, Number,
                                  Number, Number, Number>(
        store.session(),
        "SELECT day, hosts, compliant, noncompliant, accepted, unknown, silent, never_reported, security_updates, "
        "accepted_updates, other_updates, reboots, oldest_pending FROM fleet_days WHERE day >= $1 ORDER BY day",
        {seconds(from)});
    for (const auto& row : rows) {
      FleetDay& one = days.emplace_back();
      Number oldest = 0;
      Number day = 0;
      FleetCounts& counts = one.counts;
      std::tie(day, counts.hosts, counts.compliant, counts.noncompliant, counts.accepted, counts.unknown, counts.silent,
               counts.never_reported, counts.security_updates, counts.accepted_updates, counts.other_updates,
               counts.reboots, oldest) = row;
      one.day = time_of(day);
      counts.oldest_pending = time_of(oldest);
    }
    return days;
  });
}

std::vector<SystemCount> systems(Store& store, Time now) {
  return sql::guarded("the operating systems can't be counted", [&] {
    std::vector<SystemCount> list;
    // The index of `removed` finds nothing by itself; the one that has all of it is in order already.
    for (const auto& [name, filter, hosts, security, past] : sql::select<Text, Text, Number, Number, Number>(
             store.session(),
             fmt::format(
                 "SELECT os_name, (SELECT CASE WHEN one.os_id = '' THEN '' ELSE one.os_id || ':' || one.os_version END "
                 "FROM "
                 "hosts one WHERE one.os_name = hosts.os_name AND one.removed = 0 AND one.reported > 0 LIMIT 1), "
                 "COUNT(*), CAST(SUM(security) AS BIGINT), CAST(SUM(CASE WHEN end_of_support > 0 AND "
                 "end_of_support < {} THEN 1 ELSE 0 END) AS BIGINT) FROM hosts WHERE reported > 0 AND {} = 0 "
                 "GROUP BY os_name ORDER BY COUNT(*) DESC, os_name LIMIT 100",
                 seconds(now), sql::by_no_index(store, "removed"))))
      list.push_back({name, filter, hosts, security, past});
    return list;
  });
}

}  // namespace patchstate
