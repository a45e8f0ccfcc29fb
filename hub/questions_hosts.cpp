// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <stdexcept>

#include <Poco/Data/RecordSet.h>
#include <fmt/format.h>

#include "assessment/assessment_json.h"
#include "hub/json_text.h"
#include "hub/missing.h"
#include "hub/paging.h"
#include "hub/questions.h"
#include "hub/sql.h"
#include "hub/whole_number.h"

namespace patchstate {
namespace {

using sql::Conditions;
using sql::seconds;
using sql::Sort;

constexpr std::string_view kColumns =
    "h.host, h.id, h.hostname, h.os_id, h.os_version, h.os_name, h.end_of_support, h.arch, h.kernel, h.cloud, "
    "h.resource_id, h.agent_version, h.enrolled, h.removed, h.reported, COALESCE(c.received, 0) AS received, "
    "COALESCE(c.silent, 0) AS silent, COALESCE(c.good_until, 0) AS good_until, COALESCE(c.skew, 0) AS skew, "
    "COALESCE(c.seconds, 0) AS seconds, h.verdict, h.reasons, h.security, h.other, h.unclassified, h.apart, h.reboot, "
    "h.accepted, h.accepted_until, h.max_severity, h.oldest_pending, h.since, h.activity_id";
/// The one that has waited longest comes first, and where nothing waits comes last.
constexpr std::string_view kOldest = "CASE WHEN h.oldest_pending = 0 THEN 253402300799 ELSE h.oldest_pending END";
constexpr std::int64_t kNever = 253402300799;  // the end of the year 9999
constexpr std::string_view kTables = "hosts h LEFT JOIN contacts c ON c.host = h.host";

HostRecord read_row(Poco::Data::RecordSet& rows) {
  std::size_t column = 0;
  const auto text = [&] { return rows.value(column++).convert<std::string>(); };
  const auto number = [&] { return rows.value(column++).convert<Poco::Int64>(); };
  const auto time = [&] { return sql::time_of(number()); };
  HostRecord host;
  host.key = number();
  for (auto* const field : {&host.id, &host.hostname, &host.os_id, &host.os_version, &host.os_name}) *field = text();
  host.end_of_support = time();
  for (auto* const field : {&host.arch, &host.kernel, &host.cloud, &host.resource_id, &host.agent_version})
    *field = text();
  for (auto* const field :
       {&host.enrolled, &host.removed, &host.reported, &host.received, &host.silent, &host.good_until})
    *field = time();
  host.clock_skew = number();
  host.interval = number();
  host.verdict = text();
  host.reasons = reasons_from_json(text());
  for (auto* const field : {&host.security, &host.other, &host.unclassified, &host.apart, &host.reboot})
    *field = number();
  host.accepted = number();
  host.accepted_until = time();
  host.max_severity = text();
  host.oldest_pending = time();
  host.since = time();
  host.activity_id = text();
  return host;
}

std::vector<HostRecord> read_rows(Store& store, const std::string& text, const sql::Arguments& arguments) {
  Poco::Data::Statement statement(store.session());
  statement << sql::spelt(store.session(), text);
  sql::bind_all(statement, arguments);
  statement.execute();
  Poco::Data::RecordSet rows(statement);
  std::vector<HostRecord> hosts;
  for (bool more = rows.moveFirst(); more; more = rows.moveNext()) hosts.push_back(read_row(rows));
  return hosts;
}

Sort sort_of(const std::string& text) {
  return sql::sort_of(text, {{"hostname", "h.hostname", true},
                             {"security", "h.security"},
                             {"oldest", kOldest},
                             {"received", "COALESCE(c.received, 0)"}});
}

/// The host lacks an update with such a property.
std::string lacks(std::string_view property) {
  return fmt::format(
      "h.host IN (SELECT p.host FROM pending p JOIN updates u ON u.update_key = p.update_key WHERE p.resolved = 0 AND "
      "p.state {} AND {})",
      kIsMissingSql, property);
}

template <class Enum>
void require_word(std::string_view filter, const std::string& word) {
  if (from_text<Enum>(word)) return;
  std::string known;
  for (const auto value : all_values<Enum>()) known += fmt::format("{}{}", known.empty() ? "" : ", ", to_text(value));
  throw std::invalid_argument(fmt::format("{}: expected one of {}", filter, known));
}

void add_update_filters(const HostQuery& query, Conditions& where) {
  if (!query.classification.empty()) {
    require_word<Classification>("classification", query.classification);
    where.add(lacks("u.classification = {}"), query.classification);
  }
  if (!query.severity.empty()) {
    require_word<Severity>("severity", query.severity);
    where.add(lacks("u.severity = {}"), query.severity);
  }
  if (!query.package.empty()) where.add(lacks("u.name = {}"), query.package);
  if (!query.cve.empty())
    where.add(lacks("u.update_key IN (SELECT k.update_key FROM update_cves k WHERE k.cve = {})"), query.cve);
  if (!query.update.empty()) {
    const auto key = whole_number(query.update);
    if (!key) throw std::invalid_argument("update: expected the id of an update, as /v1/updates lists them");
    where.add(lacks("u.update_key = {}"), *key);
  }
}

void add_filters(const HostQuery& query, Time now, Conditions& where) {
  if (!query.verdict.empty()) {
    if (!standing_from(query.verdict))
      throw std::invalid_argument("verdict: expected one of compliant, noncompliant, accepted, unknown");
    where.add(verdict_sql(now) + " = {}", query.verdict);
  }
  if (!query.os.empty()) {
    const auto colon = query.os.find(':');
    where.add("h.os_id = {}", query.os.substr(0, colon));
    if (colon != std::string::npos) where.add("h.os_version = {}", query.os.substr(colon + 1));
  }
  if (!query.tag.empty()) where.add("h.host IN (SELECT t.host FROM tags t WHERE t.tag = {})", query.tag);
  if (!query.text.empty())
    // Each half by an index that has all it asks for: a name that nobody has is not looked for in every host's row.
    where.add(
        "h.host IN (SELECT n.host FROM hosts n WHERE LOWER(n.hostname) LIKE LOWER({}) ESCAPE '\\' UNION ALL "
        "SELECT n.host FROM hosts n WHERE n.id = {})",
        sql::pattern_of(query.text), query.text);
  if (query.pending_for)
    where.add("h.oldest_pending > 0 AND h.oldest_pending <= {}", seconds(now - *query.pending_for));
  if (!query.reboot.empty()) {
    const std::int64_t value = query.reboot == "pending" ? 1 : query.reboot == "not_pending" ? 0 : -1;
    if (value == -1 && query.reboot != "unknown")
      throw std::invalid_argument("reboot: expected pending, not_pending or unknown");
    where.add("h.reboot = {}", value);
  }
  // Answered by an index alone, however many hosts there are.
  if (!query.pending.empty())
    where.add(fmt::format("h.host IN (SELECT p.host FROM pending p WHERE p.resolved = 0 AND p.update_key IN ({}))",
                          fmt::join(query.pending, ", ")));
  if (query.past_support)
    where.add(*query.past_support ? "h.end_of_support > 0 AND h.end_of_support < {}"
                                  : "NOT (h.end_of_support > 0 AND h.end_of_support < {})",
              seconds(now));
  add_update_filters(query, where);
}

std::string place_of(const HostRecord& last, const Sort& sort) {
  const auto oldest = last.oldest_pending == Time{} ? kNever : seconds(last.oldest_pending);
  const auto value = sort.is_text                  ? last.hostname
                     : sort.column == "h.security" ? std::to_string(last.security)
                     : sort.column == kOldest      ? std::to_string(oldest)
                                                   : std::to_string(seconds(last.received));
  return sql::cursor_of(last.key, value);
}

}  // namespace

HostPage hosts(Store& store, const HostQuery& query, Time now) {
  const Sort sort = sort_of(query.sort);
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMostRowsOfFile);
  Conditions where;
  // No reason to read the hosts in another order than the one that was asked for.
  where.add(sql::by_no_index(store, "h.removed") + " = 0");
  add_filters(query, now, where);
  if (!query.cursor.empty()) sql::add_cursor(query.cursor, sort, "h.host", where);
  const std::string_view way = sort.descending ? "DESC" : "ASC";
  return sql::guarded("the hosts can't be read", [&] {
    HostPage page;
    page.hosts = read_rows(store,
                           fmt::format("SELECT {} FROM {}{} ORDER BY {} {}, h.host {} LIMIT {}", kColumns, kTables,
                                       where.text(), sort.column, way, way, limit + 1),
                           where.arguments());
    if (page.hosts.size() > limit) {
      page.hosts.pop_back();
      page.next = place_of(page.hosts.back(), sort);
    }
    return page;
  });
}

std::optional<HostRecord> find_host(Store& store, const std::string& id) {
  return sql::guarded("the host can't be read", [&]() -> std::optional<HostRecord> {
    auto found = read_rows(store, fmt::format("SELECT {} FROM {} WHERE h.id = $1", kColumns, kTables), {id});
    if (found.empty()) return std::nullopt;
    found[0].tags = tags_of(store, found[0].key);
    return std::move(found[0]);
  });
}

std::vector<std::string> tags_of(Store& store, std::int64_t host) {
  std::vector<std::string> tags;
  for (auto& [tag] :
       sql::select<std::string>(store.session(), "SELECT tag FROM tags WHERE host = $1 ORDER BY tag", {host}))
    tags.push_back(std::move(tag));
  return tags;
}

TagsOfHosts tags_of(Store& store, const std::vector<HostRecord>& hosts) {
  TagsOfHosts tags;
  if (hosts.empty()) return tags;
  std::string keys;
  for (const auto& host : hosts) keys += fmt::format("{}{}", keys.empty() ? "" : ", ", host.key);
  return sql::guarded("the tags can't be read", [&] {
    for (auto& [host, tag] : sql::select<std::int64_t, std::string>(
             store.session(), fmt::format("SELECT host, tag FROM tags WHERE host IN ({}) ORDER BY host, tag", keys)))
      tags[host].push_back(std::move(tag));
    return tags;
  });
}

bool set_tags(Store& store, const std::string& id, const std::vector<std::string>& tags) {
  return sql::guarded("the tags could not be stored", [&] {
    sql::Transaction transaction(store);
    const auto host = store.key_of_host(id);
    if (!host) return false;
    sql::run(store.session(), "DELETE FROM tags WHERE host = $1", {*host});
    for (const auto& tag : tags)
      sql::run(store.session(), "INSERT INTO tags (host, tag) VALUES ($1, $2) ON CONFLICT (host, tag) DO NOTHING",
               {*host, tag});
    transaction.commit();
    return true;
  });
}

}  // namespace patchstate
