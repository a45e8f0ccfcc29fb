// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "hub/questions.h"
#include "hub/sql.h"

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
