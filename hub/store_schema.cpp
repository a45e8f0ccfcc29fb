// SPDX-License-Identifier: Apache-2.0
// The tables, as a list of steps that only grows. Rolling upgrades: a step only adds, so that the program before it
// still reads and writes what it knows; a step that can't raises `oldest_reader`.
#include <array>

#include <fmt/core.h>

#include "hub/sql.h"
#include "hub/store.h"

namespace patchstate {
namespace {

struct Step {
  int version;
  int oldest_reader;  ///< the oldest schema version whose program may go on using the store
  const char* text;   ///< statements, parted by ";\n"; what stands in braces is spelt as the database wants it
};

// hosts: latest state of each, as of its newest full report.
// contacts: what every heartbeat changes, apart so that a heartbeat writes one narrow row.
// updates: each update once. pending: who lacks it, since when; resolved = 0 while it does.
// missing: on how many hosts an update is missing, apart so that a change of it writes one narrow row and no index.
// host_lists: what is in `pending` of a host, as hashes (store_pending.h), so that the next report is compared without
// reading a hundred rows.
// states: what hosts said in former times, [since, until); the present one is in hosts.
// accepted, accepted_until: so many of a host's missing security updates are a risk that somebody accepted, until the
// first of those acceptances ends; from then on they count as not accepted until somebody has counted again.
// doubts: of a noncompliant host, reasons that stay when it has installed everything: it would be unknown.
// lacks: hash of the security updates that it misses; machines with the same one miss the same.
// fleet_days: the fleet at each midnight (UTC), counted once: 90 days are not counted for each reader.
// sessions, credentials, people: only hashes of secrets.
// notices: what is to be told, once for each destination; ended: told (delivered), or given up. hosts: how many it is
// of. noticed: what was told already of a host (subject; 0: the fleet), so that it is not told twice; over: since when
// it is no longer so, 0 while it is.
constexpr Step kSteps[] = {
    {1, 1, R"(
CREATE TABLE hosts (
  host {key},
  id TEXT NOT NULL UNIQUE,
  hostname TEXT NOT NULL DEFAULT '',
  os_id TEXT NOT NULL DEFAULT '',
  os_version TEXT NOT NULL DEFAULT '',
  os_name TEXT NOT NULL DEFAULT '',
  end_of_support BIGINT NOT NULL DEFAULT 0,
  arch TEXT NOT NULL DEFAULT '',
  kernel TEXT NOT NULL DEFAULT '',
  cloud TEXT NOT NULL DEFAULT '',
  resource_id TEXT NOT NULL DEFAULT '',
  agent_version TEXT NOT NULL DEFAULT '',
  enrolled BIGINT NOT NULL,
  known_since BIGINT NOT NULL DEFAULT 0,
  removed BIGINT NOT NULL DEFAULT 0,
  verdict TEXT NOT NULL DEFAULT 'unknown',
  reasons TEXT NOT NULL DEFAULT '[]',
  security BIGINT NOT NULL DEFAULT 0,
  other BIGINT NOT NULL DEFAULT 0,
  unclassified BIGINT NOT NULL DEFAULT 0,
  apart BIGINT NOT NULL DEFAULT 0,
  reboot BIGINT NOT NULL DEFAULT -1,
  max_severity TEXT NOT NULL DEFAULT 'unknown',
  oldest_pending BIGINT NOT NULL DEFAULT 0,
  since BIGINT NOT NULL DEFAULT 0,
  reported BIGINT NOT NULL DEFAULT 0,
  said_at BIGINT NOT NULL DEFAULT 0,
  activity_id TEXT NOT NULL DEFAULT '',
  state_hash TEXT NOT NULL DEFAULT '',
  updates_hash TEXT NOT NULL DEFAULT '');
CREATE INDEX hosts_by_name ON hosts (hostname, host, removed, reported, verdict);
CREATE INDEX hosts_by_system ON hosts (os_name, removed, reported, security);
CREATE INDEX hosts_counted ON hosts (removed, host, known_since, since, reported, verdict, security, other, reboot,
  end_of_support, oldest_pending);
CREATE INDEX hosts_by_security ON hosts (security, host);
CREATE TABLE contacts (
  host {host},
  received BIGINT NOT NULL,
  silent BIGINT NOT NULL,
  good_until BIGINT NOT NULL,
  skew BIGINT NOT NULL,
  seconds BIGINT NOT NULL,
  activity_id TEXT NOT NULL);
CREATE TABLE updates (
  update_key {key},
  source TEXT NOT NULL,
  patch_id TEXT NOT NULL,
  version TEXT NOT NULL,
  name TEXT NOT NULL,
  arch TEXT NOT NULL,
  classification TEXT NOT NULL,
  security BIGINT NOT NULL,
  severity TEXT NOT NULL,
  advisories TEXT NOT NULL,
  cves TEXT NOT NULL,
  repository TEXT NOT NULL,
  origin TEXT NOT NULL,
  missing_on BIGINT NOT NULL DEFAULT 0,
  first_seen BIGINT NOT NULL,
  UNIQUE (source, patch_id, version, origin));
CREATE INDEX updates_by_missing ON updates (missing_on, update_key);
CREATE INDEX updates_by_name ON updates (name);
CREATE TABLE update_cves (
  cve TEXT NOT NULL,
  update_key BIGINT NOT NULL,
  PRIMARY KEY (cve, update_key)){clustered};
CREATE TABLE pending (
  host BIGINT NOT NULL,
  update_key BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  resolved BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  installed TEXT NOT NULL,
  PRIMARY KEY (host, resolved, update_key)){clustered};
CREATE INDEX pending_by_update ON pending (update_key, resolved, host);
CREATE INDEX pending_by_end ON pending (resolved) WHERE resolved > 0;
CREATE TABLE host_lists (
  host {host},
  entries {blob} NOT NULL);
CREATE TABLE states (
  host BIGINT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  silent BIGINT NOT NULL,
  good_until BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  security BIGINT NOT NULL,
  other BIGINT NOT NULL,
  oldest_pending BIGINT NOT NULL,
  reboot BIGINT NOT NULL,
  PRIMARY KEY (host, since)){clustered};
CREATE INDEX states_by_end ON states (until, since, silent, good_until, verdict, security, other, oldest_pending,
  reboot);
CREATE TABLE reports (
  host BIGINT NOT NULL,
  activity_id TEXT NOT NULL,
  received BIGINT NOT NULL,
  reported BIGINT NOT NULL,
  body {blob} NOT NULL,
  PRIMARY KEY (host, activity_id));
CREATE INDEX reports_by_host ON reports (host, received);
CREATE INDEX reports_by_time ON reports (received);
CREATE TABLE tags (
  host BIGINT NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (host, tag));
CREATE INDEX tags_by_name ON tags (tag, host);
CREATE TABLE credentials (
  credential {key},
  kind TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  host_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  uses_left BIGINT NOT NULL,
  revoked BIGINT NOT NULL DEFAULT 0);
CREATE INDEX credentials_by_host ON credentials (host_id))"},
    {2, 2, R"(
CREATE TABLE missing (
  update_key {host},
  hosts BIGINT NOT NULL){changing};
INSERT INTO missing (update_key, hosts) SELECT update_key, missing_on FROM updates WHERE missing_on <> 0;
DROP INDEX updates_by_missing;
ALTER TABLE updates DROP COLUMN missing_on)"},
    {3, 2, R"(
ALTER TABLE hosts ADD COLUMN accepted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN accepted_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN doubts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN lacks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE states ADD COLUMN accepted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE states ADD COLUMN accepted_until BIGINT NOT NULL DEFAULT 0;
DROP INDEX hosts_counted;
CREATE INDEX hosts_counted ON hosts (removed, verdict, host, known_since, since, reported, security, other, reboot,
  end_of_support, oldest_pending, accepted, accepted_until, doubts, lacks);
DROP INDEX hosts_by_system;
CREATE INDEX hosts_by_system ON hosts (os_name, removed, reported, security, end_of_support);
DROP INDEX states_by_end;
CREATE INDEX states_by_end ON states (until, since, silent, good_until, verdict, security, other, oldest_pending,
  reboot, accepted, accepted_until);
CREATE TABLE accepted_risks (
  risk {key},
  host BIGINT NOT NULL,
  update_key BIGINT NOT NULL,
  reason TEXT NOT NULL,
  created BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  until BIGINT NOT NULL,
  ended BIGINT NOT NULL DEFAULT 0,
  ended_by TEXT NOT NULL DEFAULT '');
CREATE INDEX hosts_accepted ON hosts (accepted_until) WHERE accepted > 0;
CREATE INDEX accepted_risks_by_host ON accepted_risks (host);
CREATE INDEX accepted_risks_by_update ON accepted_risks (update_key);
CREATE TABLE fleet_days (
  day {host},
  hosts BIGINT NOT NULL,
  compliant BIGINT NOT NULL,
  noncompliant BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  unknown BIGINT NOT NULL,
  silent BIGINT NOT NULL,
  never_reported BIGINT NOT NULL,
  security_updates BIGINT NOT NULL,
  accepted_updates BIGINT NOT NULL,
  other_updates BIGINT NOT NULL,
  reboots BIGINT NOT NULL,
  oldest_pending BIGINT NOT NULL);
CREATE TABLE people (
  person {key},
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  created BIGINT NOT NULL,
  disabled BIGINT NOT NULL DEFAULT 0);
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  person BIGINT NOT NULL,
  created BIGINT NOT NULL,
  last_used BIGINT NOT NULL,
  expires BIGINT NOT NULL){clustered};
CREATE INDEX sessions_by_person ON sessions (person);
CREATE TABLE guesses (
  who TEXT PRIMARY KEY,
  failed BIGINT NOT NULL,
  last BIGINT NOT NULL){clustered};
CREATE TABLE audit (
  entry {key},
  at BIGINT NOT NULL,
  who TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  peer TEXT NOT NULL);
CREATE INDEX audit_by_time ON audit (at);
CREATE TABLE filters (
  filter {key},
  name TEXT NOT NULL UNIQUE,
  query TEXT NOT NULL,
  created BIGINT NOT NULL,
  created_by TEXT NOT NULL);
CREATE TABLE notices (
  notice {key},
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  hosts BIGINT NOT NULL,
  destination TEXT NOT NULL,
  body TEXT NOT NULL,
  created BIGINT NOT NULL,
  next_try BIGINT NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  ended BIGINT NOT NULL DEFAULT 0,
  delivered BIGINT NOT NULL DEFAULT 0,
  answer TEXT NOT NULL DEFAULT '');
CREATE INDEX notices_by_try ON notices (destination, ended, next_try);
CREATE INDEX notices_by_kind ON notices (kind, created);
CREATE TABLE noticed (
  kind TEXT NOT NULL,
  subject BIGINT NOT NULL,
  since BIGINT NOT NULL,
  over BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, subject)){clustered};
CREATE INDEX noticed_over ON noticed (over) WHERE over > 0)"},
};
constexpr int kNewest = std::size(kSteps);

std::string spelt(std::string text, bool is_sqlite) {
  const std::pair<std::string_view, std::string_view> words[] = {
      {"{key}", is_sqlite ? "INTEGER PRIMARY KEY" : "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"},
      {"{host}", is_sqlite ? "INTEGER PRIMARY KEY" : "BIGINT PRIMARY KEY"},
      {"{clustered}", is_sqlite ? " WITHOUT ROWID" : ""},
      {"{changing}", is_sqlite ? "" : " WITH (fillfactor = 50)"},  // room beside each row for its next version
      {"{blob}", is_sqlite ? "BLOB" : "BYTEA"}};
  for (const auto& [word, spelling] : words)
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + spelling.size()))
      text.replace(at, word.size(), spelling);
  return text;
}

struct Version {
  int version = 0;
  int oldest_reader = 0;
};

Version version_of(Poco::Data::Session& session) {
  const auto found = sql::select<std::int64_t, std::int64_t>(
      session, "SELECT version, oldest_reader FROM schema_versions ORDER BY version DESC LIMIT 1");
  if (found.empty()) return {};
  return {static_cast<int>(std::get<0>(found[0])), static_cast<int>(std::get<1>(found[0]))};
}

void apply(Store& store, const Step& step) {
  std::string text = spelt(step.text, store.is_sqlite());
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(";\n", at), text.size());
    sql::run(store.session(), text.substr(at, end - at));
    at = end + 2;
  }
  sql::run(store.session(), "INSERT INTO schema_versions VALUES ($1, $2)",
           {std::int64_t{step.version}, std::int64_t{step.oldest_reader}});
}

/// Asked first: what only reads must not wait for what writes.
bool is_up_to_date(Store& store) {
  const auto tables = sql::select<std::int64_t>(
      store.session(), store.is_sqlite() ? "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_versions'"
                                         : "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'schema_versions' AND "
                                           "schemaname = current_schema()");
  if (std::get<0>(tables.at(0)) == 0) return false;
  const auto [version, oldest_reader] = version_of(store.session());
  return version >= kNewest && oldest_reader <= kNewest;
}

}  // namespace

void Store::migrate() {
  sql::guarded("the store could not be brought to this version", [this] {
    if (is_up_to_date(*this)) return;
    sql::Transaction transaction(*this);
    // Two that create a table at the same time get in each other's way, IF NOT EXISTS or not.
    if (!is_sqlite()) sql::select<std::string>(session_, "SELECT CAST(pg_advisory_xact_lock(5917349) AS TEXT)");
    sql::run(session_,
             "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, oldest_reader BIGINT NOT NULL)");
    const auto [version, oldest_reader] = version_of(session_);
    if (oldest_reader > kNewest)
      throw StoreError(fmt::format(
          "the store is of schema version {}, which programs before version {} can't read (this one has {}); use the "
          "newer patchstate-hub",
          version, oldest_reader, kNewest));
    for (const auto& step : kSteps)
      if (step.version > version) apply(*this, step);
    transaction.commit();
  });
}

int Store::schema_version() {
  return sql::guarded("the store's version can't be read", [this] { return version_of(session_).version; });
}

void Store::ping() {
  sql::guarded("the store does not answer", [this] { sql::select<std::int64_t>(session_, "SELECT 1"); });
}

}  // namespace patchstate
