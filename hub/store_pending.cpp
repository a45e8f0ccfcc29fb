// SPDX-License-Identifier: Apache-2.0
#include "hub/store_pending.h"

#include <algorithm>
#include <cstring>

#include "hub/missing.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

using sql::Rows;

constexpr std::size_t kMostKnown = 100'000;

bool counts_as_missing(const std::string& text) {
  const auto state = from_text<UpdateState>(text);
  return state && is_missing(*state);
}

}  // namespace

void PendingUpdates::read_lists(const std::string& hosts) {
  for (const auto& [host, bytes] : store_.select_prepared<std::int64_t, Poco::Data::BLOB>(
           "SELECT l.host, l.entries FROM " + sql::rows(store_, 1, {"h#"}) + " AS j JOIN host_lists l ON l.host = j.h",
           {hosts})) {
    if (bytes.size() % sizeof(Entry) != 0) continue;  // then it is as if nothing were known
    auto& entries = before_[host];
    entries.resize(bytes.size() / sizeof(Entry));
    if (!entries.empty()) std::memcpy(entries.data(), bytes.rawContent(), bytes.size());
  }
}

std::int64_t PendingUpdates::write(const std::vector<ReportedUpdate>& updates, const Said& said) {
  auto list = lists_.find(said.host);
  if (list != lists_.end()) flush();  // the host's second report in this batch: the keys of the first must be known
  if (list == lists_.end()) list = lists_.emplace(said.host, std::move(before_[said.host])).first;
  std::unordered_map<std::uint64_t, Entry> known;
  for (const auto& entry : list->second) known.emplace(entry.identity, entry);
  std::vector<Entry> entries;
  entries.reserve(updates.size());
  std::int64_t oldest = 0;
  for (const auto& update : updates) {
    const auto before = known.find(update.identity);
    const bool is_fresh = before == known.end();
    const std::int64_t first_seen =
        is_fresh ? std::min(sql::seconds(update.first_seen) + said.skew, said.at) : before->second.first_seen;
    Entry& entry = entries.emplace_back(Entry{update.identity, update.standing, update.details, 0,
                                              std::int64_t{counts_as_missing(update.state)}, first_seen});
    if (update.security && entry.missing != 0 && (oldest == 0 || first_seen < oldest)) oldest = first_seen;
    if ((is_fresh || entry.details != before->second.details) && !is_known(update))
      described_.emplace(entry.identity, Described{&update, first_seen});
    if (is_fresh) {
      fresh_.push_back({&update, said.host, first_seen, said.at});
      continue;
    }
    entry.key = before->second.key;
    if (entry.standing != before->second.standing) {
      changed_.add(said.host, entry.key, update.state, update.installed_version);
      count(entry.key, entry.missing - before->second.missing);
    }
    known.erase(before);
  }
  for (const auto& [identity, entry] : known) resolve(entry, said);
  list->second = std::move(entries);
  return oldest;
}

bool PendingUpdates::is_known(const ReportedUpdate& update) const {
  const auto& known = store_.known_updates();
  const auto found = known.find(update.identity);
  return found != known.end() && found->second.details == update.details;
}

void PendingUpdates::remember() {
  auto& known = store_.known_updates();
  if (known.size() > kMostKnown) known.clear();
  for (const auto& [identity, update] : learnt_) known[identity] = update;
  learnt_.clear();
}

void PendingUpdates::resolve(const Entry& gone, const Said& said) {
  resolved_.add(said.host, gone.key, said.at, said.before);
  count(gone.key, -gone.missing);
}

void PendingUpdates::flush() {
  describe();
  add_cves();
  find_keys();
  write_resolved();
  add_fresh();
  if (!changed_.empty())
    store_.run_prepared("UPDATE pending SET state = j.s, installed = j.v FROM " +
                            sql::rows(store_, 1, {"h#", "k#", "s", "v"}) +
                            " AS j WHERE pending.host = j.h AND pending.resolved = 0 AND pending.update_key = j.k",
                        {changed_.take()});
  write_lists();
  write_counters();
  for (const auto& [identity, described] : described_)
    if (const auto key = keys_.find(identity); key != keys_.end())
      learnt_[identity] = {key->second, described.update->details};
  described_.clear();
  fresh_.clear();
}

/// The updates themselves, each once for the whole fleet.
void PendingUpdates::describe() {
  if (described_.empty()) return;
  Rows rows;
  for (const auto& [identity, described] : described_) {
    const ReportedUpdate* const update = described.update;
    rows.add(update->source, update->patch_id, update->version, update->name, update->arch, update->classification,
             std::int64_t{update->security}, update->severity, update->advisories, update->cves, update->repository,
             update->origin, described.first_seen);
  }
  store_.run_prepared(
      "INSERT INTO updates (source, patch_id, version, name, arch, classification, security, severity, advisories, "
      "cves, repository, origin, first_seen) SELECT a, b, c, d, e, f, g, h, i, k, l, m, n FROM " +
          sql::rows(store_, 1, {"a", "b", "c", "d", "e", "f", "g#", "h", "i", "k", "l", "m", "n#"}) +
          " AS j WHERE true ON CONFLICT (source, patch_id, version, origin) DO UPDATE SET "
          "classification = excluded.classification, security = excluded.security, severity = excluded.severity, "
          "advisories = excluded.advisories, cves = excluded.cves "
          "WHERE updates.severity <> excluded.severity OR updates.advisories <> excluded.advisories OR "
          "updates.cves <> excluded.cves OR updates.classification <> excluded.classification",
      {rows.take()});
}

void PendingUpdates::add_cves() {
  Rows cves;
  for (const auto& [identity, described] : described_)
    if (const auto* const update = described.update; update->cves != "[]")
      cves.add(update->source, update->patch_id, update->version, update->origin, update->cves);
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

void PendingUpdates::find_keys() {
  std::vector<const ReportedUpdate*> asked;
  Rows rows;
  const auto& known = store_.known_updates();
  for (const auto& [update, host, first_seen, at] : fresh_)
    if (const auto [key, is_new] = keys_.try_emplace(update->identity, 0); is_new) {
      if (const auto found = known.find(update->identity); found != known.end()) {
        key->second = found->second.key;
        continue;
      }
      rows.add(static_cast<std::int64_t>(asked.size()), update->source, update->patch_id, update->version,
               update->origin);
      asked.push_back(update);
    }
  if (asked.empty()) return;
  for (const auto& [index, key] : store_.select_prepared<std::int64_t, std::int64_t>(
           "SELECT j.i, u.update_key FROM " + sql::rows(store_, 1, {"i#", "a", "b", "c", "m"}) +
               " AS j JOIN updates u ON u.source = j.a AND u.patch_id = j.b AND u.version = j.c AND u.origin = j.m",
           {rows.take()}))
    keys_[asked[static_cast<std::size_t>(index)]->identity] = key;
}

void PendingUpdates::add_fresh() {
  if (fresh_.empty()) return;
  Rows rows;
  for (const auto& [update, host, first_seen, at] : fresh_) {
    const std::int64_t key = keys_.at(update->identity);
    rows.add(host, key, first_seen, at, update->state, update->installed_version);
    count(key, std::int64_t{counts_as_missing(update->state)});
  }
  store_.run_prepared(
      "INSERT INTO pending (host, update_key, first_seen, last_seen, state, installed) SELECT h, k, f, t, s, v FROM " +
          sql::rows(store_, 1, {"h#", "k#", "f#", "t#", "s", "v"}) +
          " AS j WHERE true ON CONFLICT (host, resolved, update_key) DO NOTHING",
      {rows.take()});
  for (auto& [host, list] : lists_)
    for (auto& entry : list)
      if (entry.key == 0) entry.key = keys_.at(entry.identity);
}

void PendingUpdates::write_resolved() {
  if (resolved_.empty()) return;
  const std::string batch = resolved_.take();
  const std::string those = sql::rows(store_, 1, {"h#", "k#", "t#", "b#"});
  // Came, went, came and went again within one second: the first of these is not worth a row.
  if (!store_.is_sqlite())
    store_.run_prepared(
        "DELETE FROM pending WHERE (host, resolved, update_key) IN (SELECT h, t, k FROM " + those + " AS j)", {batch});
  store_.run_prepared("UPDATE " + std::string(store_.is_sqlite() ? "OR REPLACE " : "") +
                          "pending SET resolved = j.t, last_seen = j.b FROM " + those +
                          " AS j WHERE pending.host = j.h AND pending.resolved = 0 AND pending.update_key = j.k",
                      {batch});
}

void PendingUpdates::write_lists() {
  for (const auto& [host, list] : lists_) {
    if (list.empty()) {  // Poco takes a blob without a byte for NULL
      store_.run_prepared("DELETE FROM host_lists WHERE host = $1", {host});
      continue;
    }
    std::string bytes(list.size() * sizeof(Entry), '\0');
    std::memcpy(bytes.data(), list.data(), bytes.size());
    store_.run_prepared(
        "INSERT INTO host_lists (host, entries) VALUES ($1, $2) ON CONFLICT (host) DO UPDATE SET entries = "
        "excluded.entries",
        {host, sql::Bytes{std::move(bytes)}});
  }
}

void PendingUpdates::count(std::int64_t update_key, std::int64_t difference) {
  if (difference != 0) counters_[update_key] += difference;
}

void PendingUpdates::write_counters() {
  Rows rows;
  for (const auto& [key, difference] : counters_)
    if (difference != 0) rows.add(key, difference);
  counters_.clear();
  if (rows.empty()) return;
  const auto batch = rows.take();
  const auto table = sql::rows(store_, 1, {"k#", "d#"});
  // Always locked in the same order, so that two hubs can't wait for each other.
  store_.run_prepared("INSERT INTO missing (update_key, hosts) SELECT k, d FROM " + table +
                          " AS j WHERE true ORDER BY k ON CONFLICT (update_key) DO UPDATE SET hosts = missing.hosts + "
                          "excluded.hosts",
                      {batch});
}

}  // namespace patchstate
