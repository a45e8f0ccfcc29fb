// SPDX-License-Identifier: Apache-2.0
// Who may report, enrol and read. Only hashes of secrets are here; each secret is 256 random bits, so a plain SHA-256
// of it can't be turned back, and is looked up by equality.
#include <fmt/core.h>

#include "hub/missing.h"
#include "hub/sql.h"
#include "hub/store.h"

namespace patchstate {
namespace {

using sql::seconds;

std::string word(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::enrol:
      return "enrol";
    case CredentialKind::host:
      return "host";
    case CredentialKind::read:
      break;
  }
  return "read";
}

void bar(Poco::Data::Session& session, const std::string& host_id, Time now) {
  sql::run(session, "UPDATE credentials SET revoked = $1 WHERE kind = 'host' AND host_id = $2 AND revoked = 0",
           {seconds(now), host_id});
  // A certificate can't be revoked here: it is the host that is turned away, also after it has been forgotten.
  sql::run(session,
           "INSERT INTO credentials (kind, hash, name, host_id, scopes, created, expires, uses_left) "
           "VALUES ('barred', $1, '', $2, '', $3, 0, 0) ON CONFLICT (hash) DO NOTHING",
           {"barred " + host_id, host_id, seconds(now)});
}

}  // namespace

std::int64_t Store::add_credential(const NewCredential& one) {
  return sql::guarded("the token could not be stored", [&] {
    sql::run(session_,
             "INSERT INTO credentials (kind, hash, name, host_id, scopes, created, expires, uses_left) "
             "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
             {word(one.kind), one.hash, one.name, one.host_id, one.scopes, seconds(one.created), seconds(one.expires),
              one.uses});
    return std::get<0>(
        sql::select<std::int64_t>(session_, "SELECT credential FROM credentials WHERE hash = $1", {one.hash}).at(0));
  });
}

std::vector<Credential> Store::credentials() {
  return sql::guarded("the tokens can't be read", [&] {
    std::vector<Credential> list;
    for (auto& [id, kind, name, host_id, scopes, created, expires, uses_left, revoked] :
         sql::select<std::int64_t, std::string, std::string, std::string, std::string, std::int64_t, std::int64_t,
                     std::int64_t, std::int64_t>(
             session_,
             "SELECT credential, kind, name, host_id, scopes, created, expires, uses_left, revoked FROM credentials "
             "WHERE kind <> 'host' ORDER BY credential"))
      list.push_back({id, kind, name, host_id, scopes, sql::time_of(created), sql::time_of(expires), uses_left,
                      sql::time_of(revoked)});
    return list;
  });
}

bool Store::revoke_credential(std::int64_t id, Time now) {
  return sql::guarded("the token could not be revoked", [&] {
    return sql::run(session_, "UPDATE credentials SET revoked = $1 WHERE credential = $2 AND revoked = 0",
                    {seconds(now), id}) == 1;
  });
}

std::optional<std::string> Store::scopes_of(const std::string& hash, Time now) {
  return sql::guarded("the token could not be looked up", [&]() -> std::optional<std::string> {
    const auto found = select_prepared<std::string>(
        "SELECT scopes FROM credentials WHERE hash = $1 AND kind = 'read' AND revoked = 0 AND "
        "(expires = 0 OR expires > $2)",
        {hash, seconds(now)});
    if (found.empty()) return std::nullopt;
    return std::get<0>(found[0]);
  });
}

std::optional<std::string> Store::host_of_key(const std::string& hash) {
  return sql::guarded("the key could not be looked up", [&]() -> std::optional<std::string> {
    const auto found = select_prepared<std::string>(
        "SELECT host_id FROM credentials WHERE hash = $1 AND kind = 'host' AND revoked = 0", {hash});
    if (found.empty()) return std::nullopt;
    return std::get<0>(found[0]);
  });
}

bool Store::is_barred(const std::string& host_id) {
  return sql::guarded("the host could not be looked up", [&] {
    return !select_prepared<std::string>("SELECT host_id FROM credentials WHERE host_id = $1 AND kind = 'barred'",
                                         {host_id})
                .empty();
  });
}

bool Store::enrol(const std::string& token_hash, const std::string& host_id, const std::string& new_key_hash,
                  Time now) {
  return sql::guarded("the host could not be enrolled", [&] {
    sql::Transaction transaction(*this);
    // A token bound to one host may renew that host's key; any other enrols hosts that are not there yet.
    const auto used = sql::run(
        session_,
        "UPDATE credentials SET uses_left = uses_left - 1 WHERE hash = $1 AND kind = 'enrol' AND revoked = 0 AND "
        "uses_left > 0 AND (expires = 0 OR expires > $2) AND (host_id = $3 OR (host_id = '' AND NOT EXISTS (SELECT 1 "
        "FROM credentials k WHERE k.host_id = $3 AND k.kind = 'host' AND k.revoked = 0)))",
        {token_hash, seconds(now), host_id});
    if (used != 1) return false;
    sql::run(session_, "UPDATE credentials SET revoked = $1 WHERE kind = 'host' AND host_id = $2 AND revoked = 0",
             {seconds(now), host_id});
    sql::run(session_,
             "INSERT INTO credentials (kind, hash, name, host_id, scopes, created, expires, uses_left) "
             "VALUES ('host', $1, '', $2, '', $3, 0, 0)",
             {new_key_hash, host_id, seconds(now)});
    sql::run(session_, "DELETE FROM credentials WHERE kind = 'barred' AND host_id = $1", {host_id});
    sql::run(
        session_,
        "INSERT INTO hosts (id, enrolled, known_since) VALUES ($1, $2, $2) ON CONFLICT (id) DO UPDATE SET removed = 0",
        {host_id, seconds(now)});
    transaction.commit();
    return true;
  });
}

std::optional<std::int64_t> Store::key_of_host(const std::string& host_id) {
  const auto found = sql::select<std::int64_t>(session_, "SELECT host FROM hosts WHERE id = $1", {host_id});
  if (found.empty()) return std::nullopt;
  return std::get<0>(found[0]);
}

bool Store::revoke_host(const std::string& host_id, Time now) {
  return sql::guarded("the host could not be revoked", [&] {
    sql::Transaction transaction(*this);
    if (!key_of_host(host_id)) return false;
    bar(session_, host_id, now);
    transaction.commit();
    return true;
  });
}

bool Store::remove_host(const std::string& host_id, Keep keep, Time now) {
  return sql::guarded("the host could not be removed", [&] {
    sql::Transaction transaction(*this);
    const auto host = key_of_host(host_id);
    if (!host) return false;
    bar(session_, host_id, now);
    sql::run(
        session_,
        fmt::format("INSERT INTO missing (update_key, hosts) SELECT update_key, -1 FROM pending WHERE host = $1 AND "
                    "resolved = 0 AND state {} ORDER BY update_key ON CONFLICT (update_key) DO UPDATE SET hosts = "
                    "missing.hosts + excluded.hosts",
                    kIsMissingSql),
        {*host});
    sql::run(session_, "DELETE FROM host_lists WHERE host = $1", {*host});
    if (keep == Keep::history) {
      sql::run(session_, "UPDATE pending SET resolved = $1 WHERE host = $2 AND resolved = 0", {seconds(now), *host});
      // Should it come back, nothing of what it said before is taken for known.
      sql::run(session_, "UPDATE hosts SET removed = $1, state_hash = '', updates_hash = '' WHERE host = $2",
               {seconds(now), *host});
    } else {
      for (const char* const table : {"pending", "contacts", "states", "reports", "tags", "hosts"})
        sql::run(session_, fmt::format("DELETE FROM {} WHERE host = $1", table), {*host});
    }
    transaction.commit();
    return true;
  });
}

}  // namespace patchstate
