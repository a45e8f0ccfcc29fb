// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "hub/people.h"
#include "hub/secrets.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

constexpr std::chrono::hours kLongest{12};      ///< a working day, whatever happens in it
constexpr std::chrono::hours kIdle{2};          ///< nobody looked: it ends
constexpr std::chrono::minutes kNotedEvery{5};  ///< that somebody looked: not each page writes into the store

}  // namespace

std::string begin_session(Store& store, std::int64_t person, Time now) {
  return sql::guarded("the session could not be begun", [&] {
    std::string secret = new_secret(SecretKind::session);
    sql::run(store.session(),
             "INSERT INTO sessions (hash, person, created, last_used, expires) VALUES ($1, $2, $3, $3, $4)",
             {hash_of_secret(secret), person, sql::seconds(now), sql::seconds(now + kLongest)});
    return secret;
  });
}

std::optional<Person> person_of_session(Store& store, const std::string& secret, Time now) {
  return sql::guarded("the session can't be looked up", [&]() -> std::optional<Person> {
    const std::string hash = hash_of_secret(secret);
    const auto found = store.select_prepared<std::int64_t, std::string, std::string, std::int64_t, std::int64_t>(
        "SELECT p.person, p.name, p.role, p.created, s.last_used FROM sessions s JOIN people p ON p.person = s.person "
        "WHERE s.hash = $1 AND s.expires > $2 AND s.last_used > $3 AND p.disabled = 0",
        {hash, sql::seconds(now), sql::seconds(now - kIdle)});
    if (found.empty()) return std::nullopt;
    const auto& [id, name, role, created, last_used] = found[0];
    if (sql::time_of(last_used) + kNotedEvery < now)
      sql::run(store.session(), "UPDATE sessions SET last_used = $1 WHERE hash = $2", {sql::seconds(now), hash});
    return Person{id, name, role_from_text(role).value_or(Role::viewer), {}, sql::time_of(created), {}};
  });
}

void end_session(Store& store, const std::string& secret) {
  sql::guarded("the session could not be ended",
               [&] { sql::run(store.session(), "DELETE FROM sessions WHERE hash = $1", {hash_of_secret(secret)}); });
}

void end_sessions_of(Store& store, std::int64_t person) {
  sql::guarded("the sessions could not be ended",
               [&] { sql::run(store.session(), "DELETE FROM sessions WHERE person = $1", {person}); });
}

void forget_ended_sessions(Store& store, Time now) {
  sql::guarded("old sessions could not be deleted", [&] {
    sql::run(store.session(), "DELETE FROM sessions WHERE expires <= $1 OR last_used <= $2",
             {sql::seconds(now), sql::seconds(now - kIdle)});
  });
}

}  // namespace patchstate
