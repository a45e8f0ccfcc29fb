// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "hub/paging.h"
#include "hub/questions.h"
#include "hub/sql.h"
#include "hub/sql_rows.h"

namespace patchstate {
namespace {

using sql::time_of;
using Text = std::string;
using Number = std::int64_t;

constexpr std::string_view kUpdateColumns =
    "u.update_key, u.source, u.patch_id, u.name, u.version, u.arch, u.classification, u.security, u.severity, "
    "u.advisories, u.cves, u.repository, u.origin, COALESCE(m.hosts, 0), u.first_seen";

template <class Row>
UpdateRecord update_of(const Row& row) {
  return {std::get<0>(row),  std::get<1>(row),  std::get<2>(row),      std::get<3>(row),  std::get<4>(row),
          std::get<5>(row),  std::get<6>(row),  std::get<7>(row) != 0, std::get<8>(row),  std::get<9>(row),
          std::get<10>(row), std::get<11>(row), std::get<12>(row),     std::get<13>(row), time_of(std::get<14>(row))};
}

/// `tables`: of `u` (updates) and `m` (missing), with all that follows a FROM.
std::vector<UpdateRecord> read_updates(Store& store, const std::string& tables, const sql::Arguments& arguments) {
  std::vector<UpdateRecord> updates;
  for (const auto& row :
       sql::select<Number, Text, Text, Text, Text, Text, Text, Number, Text, Text, Text, Text, Text, Number, Number>(
           store.session(), fmt::format("SELECT {} FROM {}", kUpdateColumns, tables), arguments))
    updates.push_back(update_of(row));
  return updates;
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

UpdatePage updates(Store& store, const UpdateQuery& query) {
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMostRowsOfFile);
  const sql::Sort sort =
      sql::sort_of(query.sort, {{"machines", "m.hosts"}, {"name", "u.name", true}, {"oldest", "u.first_seen"}});
  sql::Conditions where;
  where.add("m.hosts > 0");
  if (!query.package.empty()) where.add("u.name = {}", query.package);
  if (!query.text.empty()) where.add("LOWER(u.name) LIKE LOWER({}) ESCAPE '\\'", sql::pattern_of(query.text));
  if (!query.severity.empty()) {
    if (!from_text<Severity>(query.severity)) throw std::invalid_argument("severity: not one that updates have");
    where.add("u.severity = {}", query.severity);
  }
  if (query.security) where.add("u.security = {}", std::int64_t{*query.security});
  if (!query.cve.empty())
    where.add("u.update_key IN (SELECT k.update_key FROM update_cves k WHERE k.cve = {})", query.cve);
  if (!query.cursor.empty()) sql::add_cursor(query.cursor, sort, "m.update_key", where);
  const std::string_view way = sort.descending ? "DESC" : "ASC";
  return sql::guarded("the updates can't be read", [&] {
    UpdatePage page;
    page.updates = read_updates(store,
                                fmt::format("missing m JOIN updates u ON u.update_key = m.update_key{} ORDER BY {} {}, "
                                            "m.update_key {} LIMIT {}",
                                            where.text(), sort.column, way, way, limit + 1),
                                where.arguments());
    if (page.updates.size() > limit) {
      page.updates.pop_back();
      const UpdateRecord& last = page.updates.back();
      page.next = sql::cursor_of(last.key, sort.is_text               ? last.name
                                           : sort.column == "m.hosts" ? std::to_string(last.missing_on)
                                                                      : std::to_string(sql::seconds(last.first_seen)));
    }
    return page;
  });
}

std::optional<UpdateRecord> find_update(Store& store, std::int64_t key) {
  auto found = updates_of_keys(store, {key});
  if (found.empty()) return std::nullopt;
  return std::move(found[0]);
}

std::vector<UpdateRecord> updates_of_keys(Store& store, const std::vector<std::int64_t>& keys) {
  return sql::guarded("the updates can't be read", [&] {
    if (keys.empty()) return std::vector<UpdateRecord>();
    sql::Rows rows;
    for (std::size_t index = 0; index < keys.size(); ++index) rows.add(static_cast<Number>(index), keys[index]);
    return read_updates(store,
                        sql::rows(store, 1, {"i#", "k#"}) +
                            " AS j JOIN updates u ON u.update_key = j.k LEFT JOIN missing m ON m.update_key = j.k "
                            "ORDER BY j.i",
                        {rows.take()});
  });
}

std::vector<UpdateRecord> updates_for_cve(Store& store, const std::string& cve) {
  return sql::guarded("the updates can't be read", [&] {
    return read_updates(
        store,
        fmt::format("update_cves k JOIN updates u ON u.update_key = k.update_key LEFT JOIN missing m ON "
                    "m.update_key = k.update_key WHERE k.cve = $1 ORDER BY COALESCE(m.hosts, 0) DESC, "
                    "u.name, u.update_key LIMIT {}",
                    kMostRows),
        {cve});
  });
}

LackingPage lacking(Store& store, const std::vector<std::int64_t>& updates, const std::string& cursor,
                    std::size_t limit, Time now) {
  LackingPage page;
  if (updates.empty()) return page;
  HostQuery query;
  query.pending = updates;
  query.cursor = cursor;
  query.limit = limit;
  HostPage found = hosts(store, query, now);
  page.next = std::move(found.next);
  sql::Rows keys;
  for (const auto& host : found.hosts) keys.add(host.key);
  std::map<Number, LackingHost> said;
  sql::guarded("the updates can't be read", [&] {
    for (auto& [host, state, installed, first_seen] : sql::select<Number, Text, Text, Number>(
             store.session(),
             fmt::format(
                 "SELECT p.host, p.state, p.installed, p.first_seen FROM {} AS j JOIN pending p ON p.host = j.h "
                 "AND p.resolved = 0 WHERE p.update_key IN ({}) ORDER BY p.first_seen",
                 sql::rows(store, 1, {"h#"}), fmt::join(updates, ", ")),
             {keys.take()}))
      said.try_emplace(host, LackingHost{{}, std::move(state), std::move(installed), time_of(first_seen)});
  });
  for (auto& host : found.hosts) {
    const auto found_said = said.find(host.key);
    if (found_said == said.end()) continue;  // it was installed just now
    page.hosts.push_back(std::move(found_said->second));
    page.hosts.back().host = std::move(host);
  }
  return page;
}

std::int64_t count_lacking(Store& store, const std::vector<std::int64_t>& updates) {
  if (updates.empty()) return 0;
  return sql::guarded("the updates can't be read", [&] {
    return std::get<0>(sql::select<Number>(store.session(),
                                           fmt::format("SELECT COUNT({}host) FROM pending WHERE resolved = 0 AND "
                                                       "update_key IN ({})",
                                                       updates.size() > 1 ? "DISTINCT " : "", fmt::join(updates, ", ")))
                           .at(0));
  });
}

Time last_resolved(Store& store, const std::vector<std::int64_t>& updates) {
  return sql::guarded("the updates can't be read", [&] {
    Number last = 0;
    for (const auto update : updates)
      last = std::max(
          last, std::get<0>(sql::select<Number>(store.session(),
                                                "SELECT COALESCE(MAX(resolved), 0) FROM pending WHERE update_key = $1",
                                                {update})
                                .at(0)));
    return time_of(last);
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
