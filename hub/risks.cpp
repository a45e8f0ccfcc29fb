// SPDX-License-Identifier: Apache-2.0
#include "hub/risks.h"

#include <initializer_list>
#include <string_view>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/sql.h"
#include "hub/sql_rows.h"

namespace patchstate {
namespace {

using sql::seconds;
using sql::time_of;
using Text = std::string;
using Number = std::int64_t;

constexpr std::size_t kLongestReason = 2000;
constexpr std::size_t kHostsAtOnce = 1000;

/// In force at $1.
constexpr std::string_view kInForce = "r.ended = 0 AND r.until > $1";
/// What is counted as missing; the words of the reports (store_pending.cpp).
constexpr std::string_view kMissing = "p.resolved = 0 AND p.state IN ('installable', 'installed_pending_reboot')";
/// How often `text` stands in the reasons of a host's verdict, as they are stored.
std::string times(std::string_view text) {
  return fmt::format("(LENGTH(h.reasons) - LENGTH(REPLACE(h.reasons, '{0}', ''))) / {1}", text, text.size());
}

/// The host is noncompliant for nothing but what it misses: one that could not check everything, or gets no updates any
/// more, would not be compliant without it either. `updates`: the codes of reasons that name missing updates.
std::string only_for(std::initializer_list<std::string_view> updates) {
  std::string sum = times(R"("code":"reboot_required")") + " + " + times(R"("code":"nothing_pending")");
  for (const auto code : updates) sum += " + " + times(fmt::format(R"("code":"{})", code));
  return fmt::format("{} = {}", times(R"("code":")"), sum);
}

std::vector<AcceptedRisk> select(Store& store, const std::string& rest, const sql::Arguments& arguments) {
  return sql::guarded("the accepted risks can't be read", [&] {
    std::vector<AcceptedRisk> list;
    for (const auto& [risk, host, update, host_id, hostname, name, version, reason, created, created_by, until, ended,
                      ended_by] :
         sql::select<Number, Number, Number, Text, Text, Text, Text, Text, Number, Text, Number, Number, Text>(
             store.session(),
             "SELECT r.risk, r.host, r.update_key, COALESCE(h.id, ''), COALESCE(h.hostname, ''), COALESCE(u.name, ''), "
             "COALESCE(u.version, ''), r.reason, r.created, r.created_by, r.until, r.ended, r.ended_by FROM "
             "accepted_risks r LEFT JOIN hosts h ON h.host = r.host LEFT JOIN updates u ON u.update_key = "
             "r.update_key " +
                 rest,
             arguments))
      list.push_back({risk, host, update, host_id, hostname, name, version, reason, time_of(created), created_by,
                      time_of(until), time_of(ended), ended_by});
    return list;
  });
}

/// Keys of the hosts that a risk is about.
std::vector<Number> hosts_of(Store& store, Number host, Number update_key) {
  if (host != 0) return {host};
  std::vector<Number> hosts;
  for (const auto& [one] : sql::select<Number>(
           store.session(), "SELECT host FROM pending WHERE update_key = $1 AND resolved = 0", {update_key}))
    hosts.push_back(one);
  return hosts;
}

/// The state that ends now becomes history, as it was.
void close_intervals(Store& store, const std::string& hosts, Time now) {
  sql::run(
      store.session(),
      "INSERT INTO states (host, since, until, silent, good_until, verdict, security, other, oldest_pending, reboot, "
      "accepted, accepted_until) SELECT h.host, h.since, $2, COALESCE(c.silent, 0), COALESCE(c.good_until, 0), "
      "h.verdict, h.security, h.other, h.oldest_pending, h.reboot, h.accepted, h.accepted_until FROM " +
          sql::rows(store, 1, {"h#"}) +
          " AS j JOIN hosts h ON h.host = j.h LEFT JOIN contacts c ON c.host = h.host WHERE h.since > 0 AND "
          "h.since < $2 ON CONFLICT (host, since) DO NOTHING",
      {hosts, seconds(now)});
  sql::run(store.session(),
           "UPDATE hosts SET since = $2 FROM " + sql::rows(store, 1, {"h#"}) +
               " AS j WHERE hosts.host = j.h AND hosts.since > 0 AND hosts.since < $2",
           {hosts, seconds(now)});
}

/// Of a change that is no report.
void recount(Store& store, const std::vector<Number>& hosts, Time now) {
  sql::Rows rows;
  std::size_t count = 0;
  const auto write = [&] {
    const std::string batch = rows.take();
    close_intervals(store, batch, now);
    count_accepted(store, batch, now);
    count = 0;
  };
  for (const auto host : hosts) {
    rows.add(host);
    if (++count == kHostsAtOnce) write();
  }
  if (count > 0) write();
}

std::string objection_to(const NewRisk& risk, Time now) {
  if (risk.host_id.empty() && risk.update == 0) return "say which update, or which machine";
  if (risk.reason.find_first_not_of(" \t\r\n") == std::string::npos) return "a reason is needed";
  if (risk.reason.size() > kLongestReason) return fmt::format("the reason is longer than {} bytes", kLongestReason);
  if (risk.until <= now) return "the date has passed";
  if (risk.until > now + kLongestAcceptance)
    return fmt::format("a risk is accepted for at most {} days", kLongestAcceptance.count());
  return {};
}

}  // namespace

void count_accepted(Store& store, const std::string& hosts, Time now) {
  // Each update that a host misses and that a risk covers, with the end of the risk that ends last.
  const std::string covered = fmt::format(
      "SELECT p.host AS host, p.update_key AS update_key, MAX(r.until) AS until FROM {0} AS k JOIN hosts h ON h.host = "
      "k.h "
      "JOIN pending p ON p.host = h.host JOIN updates u ON u.update_key = p.update_key "
      "JOIN accepted_risks r ON (r.update_key = p.update_key AND (r.host = 0 OR r.host = p.host)) OR "
      "(r.update_key = 0 AND r.host = p.host) "
      "WHERE {1} AND {2} AND u.security = 1 AND ({3} OR (r.update_key = 0 AND {4})) GROUP BY p.host, p.update_key",
      sql::rows(store, 2, {"h#"}), kInForce, kMissing,
      only_for({"security_updates_pending\"", "security_updates_apart\""}),
      // A policy may count updates in other states, too: held, say. Then only the whole host is accepted.
      only_for({"security_updates_"}));
  sql::run(store.session(),
           "UPDATE hosts SET accepted = COALESCE(a.updates, 0), accepted_until = COALESCE(a.until, 0) FROM " +
               sql::rows(store, 2, {"h#"}) +
               " AS j LEFT JOIN (SELECT host, COUNT(*) AS updates, MIN(until) AS until FROM (" + covered +
               ") AS b GROUP BY host) AS a ON a.host = j.h WHERE hosts.host = j.h",
           {seconds(now), hosts});
}

bool has_accepted_risks(Store& store, Time now) {
  return !store
              .select_prepared<Number>("SELECT 1 FROM accepted_risks WHERE ended = 0 AND until > $1 LIMIT 1",
                                       {seconds(now)})
              .empty();
}

std::size_t recount_ended(Store& store, Time now, std::size_t most) {
  return sql::guarded("what has ended could not be counted", [&]() -> std::size_t {
    std::vector<Number> hosts;
    const auto ended = fmt::format("SELECT host FROM hosts WHERE accepted > 0 AND accepted_until <= $1 LIMIT {}", most);
    if (sql::select<Number>(store.session(), ended, {seconds(now)}).empty()) return 0;
    sql::Transaction transaction(store);
    for (const auto& [host] : sql::select<Number>(store.session(), ended, {seconds(now)})) hosts.push_back(host);
    recount(store, hosts, now);
    transaction.commit();
    return hosts.size();
  });
}

std::string accept_risk(Store& store, const NewRisk& risk, const AuditEntry& entry) {
  if (auto objection = objection_to(risk, entry.at); !objection.empty()) return objection;
  std::string objection;
  do_and_note(store, entry, [&] {
    Number host = 0;
    if (!risk.host_id.empty()) {
      const auto found = store.key_of_host(risk.host_id);
      if (!found) objection = "there is no such machine";
      host = found.value_or(0);
    }
    if (risk.update != 0 &&
        sql::select<Number>(store.session(), "SELECT update_key FROM updates WHERE update_key = $1", {risk.update})
            .empty())
      objection = "there is no such update";
    if (!objection.empty()) return false;
    sql::run(store.session(),
             "INSERT INTO accepted_risks (host, update_key, reason, created, created_by, until) VALUES ($1, $2, $3, "
             "$4, $5, $6)",
             {host, risk.update, clean_text(risk.reason), seconds(entry.at), entry.who, seconds(risk.until)});
    recount(store, hosts_of(store, host, risk.update), entry.at);
    return true;
  });
  return objection;
}

bool end_risk(Store& store, std::int64_t risk, const AuditEntry& entry) {
  return do_and_note(store, entry, [&] {
    const auto found = select(store, fmt::format("WHERE r.risk = $2 AND {}", kInForce), {seconds(entry.at), risk});
    if (found.empty()) return false;
    sql::run(store.session(), "UPDATE accepted_risks SET ended = $1, ended_by = $2 WHERE risk = $3",
             {seconds(entry.at), entry.who, risk});
    recount(store, hosts_of(store, found[0].host, found[0].update), entry.at);
    return true;
  });
}

std::vector<AcceptedRisk> accepted_risks(Store& store, Time now, std::size_t limit) {
  auto list = select(store, fmt::format("WHERE {} ORDER BY r.until, r.risk LIMIT {}", kInForce, limit), {seconds(now)});
  auto former =
      select(store, fmt::format("WHERE NOT ({}) ORDER BY r.risk DESC LIMIT {}", kInForce, limit), {seconds(now)});
  list.insert(list.end(), former.begin(), former.end());
  return list;
}

std::vector<AcceptedRisk> risks_of_host(Store& store, std::int64_t host, Time now) {
  return select(
      store,
      fmt::format("WHERE {} AND (r.host = $2 OR (r.host = 0 AND r.update_key IN (SELECT p.update_key FROM pending p "
                  "WHERE p.host = $2 AND {}))) ORDER BY r.until, r.risk",
                  kInForce, kMissing),
      {seconds(now), host});
}

std::vector<AcceptedRisk> risks_of_update(Store& store, std::int64_t update_key, Time now) {
  return select(store, fmt::format("WHERE {} AND r.update_key = $2 ORDER BY r.until, r.risk", kInForce),
                {seconds(now), update_key});
}

}  // namespace patchstate
