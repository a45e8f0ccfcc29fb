// SPDX-License-Identifier: Apache-2.0
#include "hub/store_pending.h"

#include <algorithm>

#include "hub/sql.h"
#include "hub/sql_rows.h"

namespace patchstate {
namespace {

using sql::Rows;

bool counts_as_missing(const std::string& state) {
  return state == to_text(UpdateState::installable) || state == to_text(UpdateState::installed_pending_reboot);
}

std::string details_of(const std::string& severity, const std::string& advisories, const std::string& cves) {
  return severity + '\n' + advisories + '\n' + cves;
}

}  // namespace

PendingUpdates::Key PendingUpdates::key_of(const ReportedUpdate& update) {
  return {update.source, update.patch_id, update.version, update.origin};
}

std::map<PendingUpdates::Key, PendingUpdates::Known> PendingUpdates::pending_of(std::int64_t host) {
  std::map<Key, Known> known;
  for (auto& [key, source, patch_id, version, origin, state, installed, severity, advisories, cves] :
       sql::select<std::int64_t, std::string, std::string, std::string, std::string, std::string, std::string,
                   std::string, std::string, std::string>(
           store_.session(),
           "SELECT p.update_key, u.source, u.patch_id, u.version, u.origin, p.state, p.installed, u.severity, "
           "u.advisories, u.cves FROM pending p JOIN updates u ON u.update_key = p.update_key "
           "WHERE p.host = $1 AND p.resolved = 0",
           {host}))
    known[{source, patch_id, version, origin}] = {key, state, installed, details_of(severity, advisories, cves), false};
  return known;
}

void PendingUpdates::write(const std::vector<ReportedUpdate>& updates, const Said& said) {
  auto known = pending_of(said.host);
  List fresh;
  List described;  // those whose own row is new, or says something else now
  Rows changed;
  for (const auto& update : updates) {
    const auto found = known.find(key_of(update));
    if (found == known.end()) {
      fresh.push_back(&update);
      described.push_back(&update);
      continue;
    }
    Known& before = found->second;
    before.seen = true;
    if (before.details != details_of(update.severity, update.advisories, update.cves)) described.push_back(&update);
    if (before.state == update.state && before.installed == update.installed_version) continue;
    changed.add(before.key, update.state, update.installed_version);
    count(before.key, counts_as_missing(update.state) - counts_as_missing(before.state));
  }
  describe(described, said.at);
  add(fresh, said);
  if (!changed.empty())
    store_.run_prepared("UPDATE pending SET state = j.s, installed = j.v FROM " +
                            sql::rows(store_, 1, {"k#", "s", "v"}) +
                            " AS j WHERE pending.host = $2 AND pending.resolved = 0 AND pending.update_key = j.k",
                        {changed.take(), said.host});
  resolve(known, said);
}

void PendingUpdates::resolve(const std::map<Key, Known>& known, const Said& said) {
  Rows gone;
  for (const auto& [key, before] : known) {
    if (before.seen) continue;
    gone.add(before.key);
    count(before.key, -static_cast<int>(counts_as_missing(before.state)));
  }
  if (gone.empty()) return;
  store_.run_prepared(
      "UPDATE pending SET resolved = $2, last_seen = $3 WHERE host = $4 AND resolved = 0 AND "
      "update_key IN (SELECT k FROM " +
          sql::rows(store_, 1, {"k#"}) + " AS j)",
      {gone.take(), said.at, said.before, said.host});
}

/// The updates themselves, each once for the whole fleet.
void PendingUpdates::describe(const List& updates, std::int64_t at) {
  if (updates.empty()) return;
  Rows rows;
  for (const auto* update : updates)
    rows.add(update->source, update->patch_id, update->version, update->name, update->arch, update->classification,
             std::int64_t{update->security}, update->severity, update->advisories, update->cves, update->repository,
             update->origin);
  store_.run_prepared(
      "INSERT INTO updates (source, patch_id, version, name, arch, classification, security, severity, advisories, "
      "cves, repository, origin, first_seen) SELECT a, b, c, d, e, f, g, h, i, k, l, m, CAST($2 AS BIGINT) FROM " +
          sql::rows(store_, 1, {"a", "b", "c", "d", "e", "f", "g#", "h", "i", "k", "l", "m"}) +
          " AS j WHERE true ON CONFLICT (source, patch_id, version, origin) DO UPDATE SET "
          "classification = excluded.classification, security = excluded.security, severity = excluded.severity, "
          "advisories = excluded.advisories, cves = excluded.cves "
          "WHERE updates.severity <> excluded.severity OR updates.advisories <> excluded.advisories OR "
          "updates.cves <> excluded.cves OR updates.classification <> excluded.classification",
      {rows.take(), at});
  add_cves(updates);
}

void PendingUpdates::add_cves(const List& updates) {
  Rows cves;
  for (const auto* update : updates)
    if (update->cves != "[]") cves.add(update->source, update->patch_id, update->version, update->origin, update->cves);
  if (cves.empty()) return;
  const std::string each =
      store_.is_sqlite() ? "json_each(j.x) AS e" : "json_array_elements_text(j.x::json) AS e(value)";
  store_.run_prepared("INSERT INTO update_cves (cve, update_key) SELECT e.value, u.update_key FROM " +
                          sql::rows(store_, 1, {"a", "b", "c", "m", "x"}) +
                          " AS j JOIN updates u ON u.source = j.a AND u.patch_id = j.b AND u.version = j.c AND "
                          "u.origin = j.m CROSS JOIN " +
                          each + " WHERE true ON CONFLICT (cve, update_key) DO NOTHING",
                      {cves.take()});
}

void PendingUpdates::add(const List& updates, const Said& said) {
  if (updates.empty()) return;
  Rows asked;
  for (std::size_t index = 0; index < updates.size(); ++index)
    asked.add(static_cast<std::int64_t>(index), updates[index]->source, updates[index]->patch_id,
              updates[index]->version, updates[index]->origin);
  const auto keys = sql::select<std::int64_t, std::int64_t>(
      store_.session(),
      "SELECT j.i, u.update_key FROM " + sql::rows(store_, 1, {"i#", "a", "b", "c", "m"}) +
          " AS j JOIN updates u ON u.source = j.a AND u.patch_id = j.b AND u.version = j.c AND u.origin = j.m",
      {asked.take()});
  Rows rows;
  for (const auto& [index, key] : keys) {
    const auto& update = *updates[static_cast<std::size_t>(index)];
    rows.add(key, std::min(sql::seconds(update.first_seen), said.at), update.state, update.installed_version);
    count(key, counts_as_missing(update.state));
  }
  store_.run_prepared(
      "INSERT INTO pending (host, update_key, first_seen, last_seen, state, installed) SELECT CAST($2 AS BIGINT), k, "
      "f, CAST($3 AS BIGINT), s, v FROM " +
          sql::rows(store_, 1, {"k#", "f#", "s", "v"}) +
          " AS j WHERE true ON CONFLICT (host, resolved, update_key) DO NOTHING",
      {rows.take(), said.host, said.at});
}

void PendingUpdates::count(std::int64_t update_key, int difference) {
  if (difference != 0) counters_[update_key] += difference;
}

void PendingUpdates::write_counters() {
  Rows rows;
  for (const auto& [key, difference] : counters_)
    if (difference != 0) rows.add(key, std::int64_t{difference});
  if (rows.empty()) return;
  const auto batch = rows.take();
  const auto table = sql::rows(store_, 1, {"k#", "d#"});
  // Always locked in the same order, so that two hubs can't wait for each other.
  if (!store_.is_sqlite())
    sql::select<std::int64_t>(store_.session(),
                              "SELECT u.update_key FROM updates u JOIN " + table +
                                  " AS j ON u.update_key = j.k ORDER BY u.update_key FOR UPDATE OF u",
                              {batch});
  store_.run_prepared(
      "UPDATE updates SET missing_on = missing_on + j.d FROM " + table + " AS j WHERE updates.update_key = j.k",
      {batch});
}

}  // namespace patchstate
