// SPDX-License-Identifier: Apache-2.0
#include "hub/guesses.h"

#include <fmt/core.h>

#include "hub/secrets.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

constexpr std::int64_t kFreeOfName = 5;
constexpr std::int64_t kFreeOfPeer = 20;  ///< several people sit behind one address
constexpr std::int64_t kFirstWait = 10;
constexpr std::int64_t kSteps = 9;
constexpr std::int64_t kLongestWait = 900;
constexpr std::chrono::days kForgottenAfter{1};
constexpr std::chrono::days kPeerKnownFor{30};

// Names are kept as hashes: now and then somebody types a password there.
std::string key_of_name(const std::string& name) {
  return "name " + hash_of_secret(name);
}
std::string key_of_peer(const std::string& peer) {
  return "peer " + peer;
}
std::string key_of_both(const std::string& name, const std::string& peer) {
  return fmt::format("known {} {}", hash_of_secret(name), peer);
}

/// Seconds, by a row of `guesses`.
std::string wait_sql(std::int64_t free) {
  return fmt::format(
      "CASE WHEN failed < {0} THEN 0 WHEN failed < {0} + {1} THEN {2} * (failed - {0} + 1) * (failed - {0} + 1) ELSE "
      "{3} END",
      free, kSteps, kFirstWait, kLongestWait);
}

std::int64_t take(Store& store, const std::string& key, std::int64_t free, Time now) {
  sql::run(store.session(), "INSERT INTO guesses (who, failed, last) VALUES ($1, 0, 0) ON CONFLICT (who) DO NOTHING",
           {key});
  const auto counted =
      sql::run(store.session(),
               fmt::format("UPDATE guesses SET failed = failed + 1, last = $2 WHERE who = $1 AND last + {} <= $2",
                           wait_sql(free)),
               {key, sql::seconds(now)});
  if (counted == 1) return 0;
  const auto found = sql::select<std::int64_t>(
      store.session(), fmt::format("SELECT last + {} FROM guesses WHERE who = $1", wait_sql(free)), {key});
  return found.empty() ? 1 : std::max<std::int64_t>(1, std::get<0>(found[0]) - sql::seconds(now));
}

}  // namespace

std::chrono::seconds take_guess(Store& store, const std::string& name, const std::string& peer, Time now) {
  return sql::guarded("the attempt could not be counted", [&] {
    sql::Transaction transaction(store);
    std::int64_t wait = take(store, key_of_peer(peer), kFreeOfPeer, now);
    const bool is_known = !sql::select<std::int64_t>(store.session(), "SELECT last FROM guesses WHERE who = $1",
                                                     {key_of_both(name, peer)})
                               .empty();
    if (wait == 0 && !is_known) wait = take(store, key_of_name(name), kFreeOfName, now);
    transaction.commit();
    return std::chrono::seconds(wait);
  });
}

void guessed_right(Store& store, const std::string& name, const std::string& peer, Time now) {
  sql::guarded("the attempt could not be counted", [&] {
    sql::Transaction transaction(store);
    sql::run(store.session(), "DELETE FROM guesses WHERE who IN ($1, $2)", {key_of_name(name), key_of_peer(peer)});
    sql::run(store.session(),
             "INSERT INTO guesses (who, failed, last) VALUES ($1, 0, $2) ON CONFLICT (who) DO UPDATE SET last = $2",
             {key_of_both(name, peer), sql::seconds(now)});
    transaction.commit();
  });
}

void forget_guesses(Store& store, const std::string& name) {
  sql::guarded("the attempts could not be forgotten",
               [&] { sql::run(store.session(), "DELETE FROM guesses WHERE who = $1", {key_of_name(name)}); });
}

void forget_old_guesses(Store& store, Time now) {
  sql::guarded("old attempts could not be forgotten", [&] {
    sql::run(store.session(), "DELETE FROM guesses WHERE last < $1 OR (failed > 0 AND last < $2)",
             {sql::seconds(now - kPeerKnownFor), sql::seconds(now - kForgottenAfter)});
  });
}

}  // namespace patchstate
