// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "hub/questions.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

using sql::seconds;
using sql::time_of;

/// `hosts` is a query with the columns v, silent, never, security, other, reboot, past and oldest.
FleetCounts count(Store& store, const std::string& hosts) {
  // PostgreSQL sums integers to "numeric".
  const auto sum = [](std::string_view what) { return fmt::format("CAST(COALESCE(SUM({}), 0) AS BIGINT)", what); };
  const auto when = [&](std::string_view condition, std::string_view what) {
    return sum(fmt::format("CASE WHEN {} THEN {} ELSE 0 END", condition, what));
  };
  const std::string columns[] = {"COUNT(*)",
                                 when("v = 'compliant'", "1"),
                                 when("v = 'noncompliant'", "1"),
                                 when("v = 'unknown'", "1"),
                                 sum("silent"),
                                 sum("never"),
                                 when("v = 'noncompliant'", "security"),
                                 sum("other"),
                                 when("reboot = 1", "1"),
                                 sum("past"),
                                 "COALESCE(MIN(CASE WHEN v = 'noncompliant' AND oldest > 0 THEN oldest END), 0)"};
  const auto rows = sql::select<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
      store.session(), fmt::format("SELECT {} FROM ({}) AS f", fmt::join(columns, ", "), hosts));
  const auto& [all, compliant, noncompliant, unknown, silent, never, security, other, reboots, past, oldest] =
      rows.at(0);
  FleetCounts counts;
  counts.hosts = all;
  counts.compliant = compliant;
  counts.noncompliant = noncompliant;
  counts.unknown = unknown;
  counts.silent = silent;
  counts.never_reported = never;
  counts.security_updates = security;
  counts.other_updates = other;
  counts.reboots = reboots;
  counts.past_support = past;
  counts.oldest_pending = time_of(oldest);
  return counts;
}

constexpr std::string_view kUpdateColumns =
    "u.update_key, u.source, u.patch_id, u.name, u.version, u.arch, u.classification, u.security, u.severity, "
    "u.advisories, u.cves, u.repository, u.origin, COALESCE(m.hosts, 0), u.first_seen";
using Text = std::string;
using Number = std::int64_t;

template <class Row>
UpdateRecord update_of(const Row& row) {
  return {std::get<0>(row),  std::get<1>(row),  std::get<2>(row),      std::get<3>(row),  std::get<4>(row),
          std::get<5>(row),  std::get<6>(row),  std::get<7>(row) != 0, std::get<8>(row),  std::get<9>(row),
          std::get<10>(row), std::get<11>(row), std::get<12>(row),     std::get<13>(row), time_of(std::get<14>(row))};
}

std::vector<PendingRecord> updates_of(Store& store, std::int64_t host, std::string_view condition, std::size_t limit,
                                      std::string_view last_seen) {
  const auto rows = sql::select<Number, Text, Text, Text, Text, Text, Text, Number, Text, Text, Text, Text, Text,
                                Number, Number, Text, Text, Number, Number, Number>(
      store.session(),
      fmt::format(
          "SELECT {}, p.state, p.installed, p.first_seen, {}, p.resolved FROM pending p JOIN updates u ON "
          "u.update_key = p.update_key LEFT JOIN missing m ON m.update_key = p.update_key JOIN hosts h ON h.host = "
          "p.host LEFT JOIN contacts c ON c.host = p.host "
          "WHERE p.host = $1 AND {} LIMIT {}",
          kUpdateColumns, last_seen, condition, limit),
      {host});
  std::vector<PendingRecord> records;
  for (const auto& row : rows)
    records.push_back({update_of(row), std::get<15>(row), std::get<16>(row), time_of(std::get<17>(row)),
                       time_of(std::get<18>(row)), time_of(std::get<19>(row))});
  return records;
}

}  // namespace

FleetCounts fleet_counts(Store& store, Time now) {
  return sql::guarded("the fleet can't be counted", [&] {
    return count(store,
                 fmt::format("SELECT {} AS v, CASE WHEN h.reported > 0 AND COALESCE(c.silent, 0) < {} THEN 1 ELSE "
                             "0 END AS silent, CASE WHEN h.reported = 0 THEN 1 ELSE 0 END AS never, h.security "
                             "AS security, h.other AS other, h.reboot AS reboot, CASE WHEN h.end_of_support > 0 "
                             "AND h.end_of_support < {} THEN 1 ELSE 0 END AS past, h.oldest_pending AS oldest "
                             "FROM hosts h LEFT JOIN contacts c ON c.host = h.host WHERE h.removed = 0",
                             verdict_sql(now), seconds(now), seconds(now)));
  });
}

FleetCounts fleet_counts_at(Store& store, Time at) {
  return sql::guarded("the history can't be read", [&] {
    const auto verdict = fmt::format(
        "CASE WHEN silent < {0} THEN 'unknown' WHEN verdict = 'compliant' AND good_until < {0} THEN 'unknown' ELSE "
        "verdict END AS v, CASE WHEN silent < {0} THEN 1 ELSE 0 END AS silent, 0 AS never, security, other, reboot, 0 "
        "AS "
        "past, oldest_pending AS oldest",
        seconds(at));
    FleetCounts counts = count(
        store,
        fmt::format("SELECT {0} FROM states WHERE since <= {1} AND until > {1} UNION ALL SELECT {0} FROM (SELECT "
                    "h.verdict, h.security, h.other, h.reboot, h.oldest_pending, COALESCE(c.silent, 0) AS "
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
    for (const auto& [name, hosts, security, past] : sql::select<Text, Number, Number, Number>(
             store.session(),
             fmt::format(
                 "SELECT os_name, COUNT(*), CAST(SUM(security) AS BIGINT), CAST(SUM(CASE WHEN end_of_support > 0 AND "
                 "end_of_support < {} THEN 1 ELSE 0 END) AS BIGINT) FROM hosts WHERE reported > 0 AND removed = 0 "
                 "GROUP BY os_name ORDER BY COUNT(*) DESC, os_name LIMIT 100",
                 seconds(now))))
      list.push_back({name, hosts, security, past});
    return list;
  });
}

UpdatePage updates(Store& store, const UpdateQuery& query) {
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMostRows);
  std::string where = "m.hosts > 0";
  sql::Arguments arguments;
  const auto add = [&](std::string_view text, sql::Argument value) {
    arguments.push_back(std::move(value));
    where += fmt::format(" AND {} ${}", text, arguments.size());
  };
  if (!query.package.empty()) add("u.name =", query.package);
  if (!query.severity.empty()) {
    if (!from_text<Severity>(query.severity)) throw std::invalid_argument("severity: not one that updates have");
    add("u.severity =", query.severity);
  }
  if (query.security) add("u.security =", std::int64_t{*query.security});
  if (!query.cve.empty()) {
    add("u.update_key IN (SELECT k.update_key FROM update_cves k WHERE k.cve =", query.cve);
    where += ')';
  }
  if (!query.cursor.empty()) {
    const auto bar = query.cursor.find('-');
    const auto number = [](const std::string& text) {
      if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
        throw std::invalid_argument("cursor: not one that this hub has given");
      return std::int64_t{std::stoll(text)};
    };
    const auto missing_on = number(query.cursor.substr(0, bar));
    const auto key = number(bar == std::string::npos ? "" : query.cursor.substr(bar + 1));
    arguments.push_back(missing_on);
    arguments.push_back(key);
    where += fmt::format(" AND (m.hosts, m.update_key) < (${}, ${})", arguments.size() - 1, arguments.size());
  }
  return sql::guarded("the updates can't be read", [&] {
    UpdatePage page;
    for (const auto& row :
         sql::select<Number, Text, Text, Text, Text, Text, Text, Number, Text, Text, Text, Text, Text, Number, Number>(
             store.session(),
             fmt::format("SELECT {} FROM missing m JOIN updates u ON u.update_key = m.update_key WHERE {} ORDER BY "
                         "m.hosts DESC, m.update_key DESC LIMIT {}",
                         kUpdateColumns, where, limit + 1),
             arguments))
      page.updates.push_back(update_of(row));
    if (page.updates.size() > limit) {
      page.updates.pop_back();
      page.next = fmt::format("{}-{}", page.updates.back().missing_on, page.updates.back().key);
    }
    return page;
  });
}

std::vector<PendingRecord> pending_of(Store& store, std::int64_t host, std::size_t limit) {
  return sql::guarded("what is pending can't be read", [&] {
    return updates_of(store, host, "p.resolved = 0 ORDER BY u.security DESC, u.name, u.update_key", limit,
                      "COALESCE(c.received, p.last_seen)");
  });
}

std::vector<PendingRecord> resolved_of(Store& store, std::int64_t host, std::size_t limit) {
  return sql::guarded("what was resolved can't be read", [&] {
    return updates_of(store, host, "p.resolved > 0 ORDER BY p.resolved DESC, u.name, u.update_key", limit,
                      "p.last_seen");
  });
}

std::vector<FormerState> former_states(Store& store, std::int64_t host, std::size_t limit) {
  return sql::guarded("the history can't be read", [&] {
    std::vector<FormerState> list;
    for (const auto& [since, until, silent, verdict, security, other, reboot] :
         sql::select<Number, Number, Number, Text, Number, Number, Number>(
             store.session(),
             fmt::format("SELECT since, until, silent, verdict, security, other, reboot FROM states WHERE host = $1 "
                         "ORDER BY since DESC LIMIT {}",
                         limit),
             {host}))
      list.push_back({time_of(since), time_of(until), time_of(silent), verdict, security, other, reboot});
    return list;
  });
}

std::optional<std::string> newest_report(Store& store, std::int64_t host) {
  return sql::guarded("the report can't be read", [&]() -> std::optional<std::string> {
    using namespace Poco::Data::Keywords;
    std::vector<Poco::Data::BLOB> bodies;
    Poco::Data::Statement statement(store.session());
    statement << sql::spelt(store.session(),
                            "SELECT r.body FROM hosts h JOIN reports r ON r.host = h.host AND r.activity_id = "
                            "h.activity_id WHERE h.host = $1"),
        into(bodies);
    sql::bind_all(statement, {host});
    statement.execute();
    if (bodies.empty()) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bodies[0].rawContent()), bodies[0].size());
  });
}

}  // namespace patchstate
