// SPDX-License-Identifier: Apache-2.0
#include "hub/store_pending.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <unordered_map>

#include "hub/sql.h"
#include "hub/sql_rows.h"

namespace patchstate {
namespace {

using sql::Rows;

bool counts_as_missing(const std::string& state) {
  return state == to_text(UpdateState::installable) || state == to_text(UpdateState::installed_pending_reboot);
}

/// FNV-1a: the same on every machine and in every version, which std::hash does not promise.
std::uint64_t hash_of(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = 14695981039346656037U;
  const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 1099511628211U; };
  for (const auto part : parts) {
    for (const char c : part) add(static_cast<unsigned char>(c));
    add('\n');
  }
  return hash;
}

}  // namespace

PendingUpdates::Entry PendingUpdates::entry_of(const ReportedUpdate& update) {
  return {hash_of({update.source, update.patch_id, update.version, update.origin}),
          hash_of({update.state, update.installed_version}),
          hash_of({update.severity, update.classification, update.advisories, update.cves}), 0,
          std::int64_t{counts_as_missing(update.state)}};
}

std::vector<PendingUpdates::Entry> PendingUpdates::entries_of(std::int64_t host) {
  using namespace Poco::Data::Keywords;
  std::vector<Poco::Data::BLOB> lists;
  Poco::Data::Statement statement(store_.session());
  statement << sql::spelt(store_.session(), "SELECT entries FROM host_lists WHERE host = $1"), into(lists);
  sql::bind_all(statement, {host});
  statement.execute();
  std::vector<Entry> entries;
  if (lists.empty() || lists[0].size() % sizeof(Entry) != 0) return entries;
  entries.resize(lists[0].size() / sizeof(Entry));
  if (!entries.empty()) std::memcpy(entries.data(), lists[0].rawContent(), lists[0].size());
  return entries;
}

void PendingUpdates::write_entries(std::int64_t host, const std::vector<Entry>& entries) {
  std::string bytes(entries.size() * sizeof(Entry), '\0');
  if (!entries.empty()) std::memcpy(bytes.data(), entries.data(), bytes.size());
  store_.run_prepared(
      "INSERT INTO host_lists (host, entries) VALUES ($1, $2) ON CONFLICT (host) DO UPDATE SET entries = "
      "excluded.entries",
      {host, sql::Bytes{std::move(bytes)}});
}

void PendingUpdates::write(const std::vector<ReportedUpdate>& updates, const Said& said) {
  std::unordered_map<std::uint64_t, Entry> known;
  for (const auto& entry : entries_of(said.host)) known.emplace(entry.identity, entry);
  std::vector<Entry> entries;
  entries.reserve(updates.size());
  List described;  // those whose own row is new, or says something else now
  List fresh;
  List changed;
  std::vector<Entry*> fresh_entries;
  std::vector<Entry*> changed_entries;
  for (const auto& update : updates) {
    Entry& entry = entries.emplace_back(entry_of(update));
    const auto before = known.find(entry.identity);
    if (before == known.end()) {
      described.push_back(&update);
      fresh.push_back(&update);
      fresh_entries.push_back(&entry);
      continue;
    }
    entry.key = before->second.key;
    if (entry.details != before->second.details) described.push_back(&update);
    if (entry.state != before->second.state) {
      changed.push_back(&update);
      changed_entries.push_back(&entry);
      count(entry.key, entry.missing - before->second.missing);
    }
    known.erase(before);
  }
  describe(described, said.at);
  add(fresh, fresh_entries, said);
  change(changed, changed_entries, said.host);
  std::vector<Entry> gone;
  for (const auto& [identity, entry] : known) gone.push_back(entry);
  resolve(gone, said);
  write_entries(said.host, entries);
}

void PendingUpdates::change(const List& updates, const std::vector<Entry*>& entries, std::int64_t host) {
  if (updates.empty()) return;
  Rows rows;
  for (std::size_t index = 0; index < updates.size(); ++index)
    rows.add(entries[index]->key, updates[index]->state, updates[index]->installed_version);
  store_.run_prepared("UPDATE pending SET state = j.s, installed = j.v FROM " + sql::rows(store_, 1, {"k#", "s", "v"}) +
                          " AS j WHERE pending.host = $2 AND pending.resolved = 0 AND pending.update_key = j.k",
                      {rows.take(), host});
}

void PendingUpdates::resolve(const std::vector<Entry>& gone, const Said& said) {
  if (gone.empty()) return;
  Rows rows;
  for (const auto& entry : gone) {
    rows.add(entry.key);
    count(entry.key, -entry.missing);
  }
  const std::string keys = rows.take();
  const std::string those = " AND update_key IN (SELECT k FROM " + sql::rows(store_, 1, {"k#"}) + " AS j)";
  // Came, went, came and went again within one second: the first of these is not worth a row.
  store_.run_prepared("DELETE FROM pending WHERE host = $2 AND resolved = $3" + those, {keys, said.host, said.at});
  store_.run_prepared("UPDATE pending SET resolved = $2, last_seen = $3 WHERE host = $4 AND resolved = 0" + those,
                      {keys, said.at, said.before, said.host});
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

void PendingUpdates::add(const List& updates, const std::vector<Entry*>& entries, const Said& said) {
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
    entries[static_cast<std::size_t>(index)]->key = key;
    count(key, entries[static_cast<std::size_t>(index)]->missing);
  }
  store_.run_prepared(
      "INSERT INTO pending (host, update_key, first_seen, last_seen, state, installed) SELECT CAST($2 AS BIGINT), k, "
      "f, CAST($3 AS BIGINT), s, v FROM " +
          sql::rows(store_, 1, {"k#", "f#", "s", "v"}) +
          " AS j WHERE true ON CONFLICT (host, resolved, update_key) DO NOTHING",
      {rows.take(), said.host, said.at});
}

void PendingUpdates::count(std::int64_t update_key, std::int64_t difference) {
  if (difference != 0) counters_[update_key] += difference;
}

void PendingUpdates::write_counters() {
  Rows rows;
  for (const auto& [key, difference] : counters_)
    if (difference != 0) rows.add(key, difference);
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
