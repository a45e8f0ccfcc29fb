// SPDX-License-Identifier: Apache-2.0
#include "hub/notices.h"

#include <fmt/core.h>

#include "assessment/words.h"
#include "hub/fleet.h"
#include "hub/notice_queue.h"
#include "hub/questions.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

using std::chrono::hours;
using Number = std::int64_t;
using Text = std::string;

constexpr Number kMostOneByOne = 10;  ///< hosts of a kind within an hour; more of them are one notice
constexpr hours kGathered{1};
constexpr hours kHostQuiet{24};  ///< what was over for less is no news when it begins again
constexpr hours kFleetQuiet{1};
constexpr const char* kAllCompliant = "all_compliant";
constexpr const char* kTables = "hosts h LEFT JOIN contacts c ON c.host = h.host";

/// Something that begins and ends for each host by itself.
struct Kind {
  const char* word;
  const char* says;  ///< after a name, or "12 machines"
  const char* say;
  std::string holds;  ///< SQL about `h` (hosts) and `c` (contacts)
  std::string over;   ///< the same; neither, where it is not known: a silent host is not patched
  std::string since;
};

std::vector<Kind> kinds(const NoticePolicy& policy, Time now) {
  const std::string verdict = verdict_sql(now);
  const std::string gone = "h.host IS NULL OR h.removed > 0";
  const std::string patched = fmt::format("{} OR ({}) NOT IN ('noncompliant', 'unknown')", gone, verdict);
  const std::string missing =
      fmt::format("h.removed = 0 AND h.verdict = 'noncompliant' AND ({}) = 'noncompliant'", verdict);
  const auto limit = sql::seconds(now - policy.overdue_after);
  const auto at = sql::seconds(now);
  return {
      {"host_noncompliant", "misses security updates", "miss security updates", missing, patched, "h.oldest_pending"},
      {"update_overdue", "misses a security update for longer than it may",
       "miss a security update for longer than they may",
       fmt::format("{} AND h.oldest_pending BETWEEN 1 AND {}", missing, limit),
       fmt::format("{} OR (({}) = 'noncompliant' AND h.oldest_pending NOT BETWEEN 1 AND {})", patched, verdict, limit),
       "h.oldest_pending"},
      {"host_silent", "is not reporting", "are not reporting",
       fmt::format("h.removed = 0 AND h.reported > 0 AND COALESCE(c.silent, 0) < {}", at),
       fmt::format("{} OR COALESCE(c.silent, 0) >= {}", gone, at), "COALESCE(c.received, 0)"}};
}

std::string sentence(const Kind& kind, const Notice::Host& host, Time now) {
  const auto& name = host.hostname.empty() ? host.id : host.hostname;
  const auto since =
      host.since == Time{} || host.since > now ? "" : fmt::format(" ({})", age_in_words(now - host.since));
  return fmt::format("{} {}{}", harmless(name), kind.says, since);
}

std::string sentence(const Kind& kind, const std::vector<Notice::Host>& named, Number count) {
  std::string names;
  for (const auto& host : named)
    names += (names.empty() ? "" : ", ") + harmless(host.hostname.empty() ? host.id : host.hostname);
  const auto rest = count - static_cast<Number>(named.size());
  return fmt::format("{} machines {}: {}{}", count, kind.say, names, rest > 0 ? fmt::format(" and {} more", rest) : "");
}

/// Says whether there is a row. Asked before a change: what only looks must not take SQLite's write lock.
bool is_any(Store& store, const std::string& query) {
  return !sql::select<Number>(store.session(), query + " LIMIT 1").empty();
}

/// Those told of already for which it has ended, or begun again.
void follow(Store& store, const Kind& kind, Time now) {
  const auto those = [&](std::string_view state, const std::string& condition) {
    return fmt::format(
        "SELECT n.subject FROM noticed n LEFT JOIN hosts h ON h.host = n.subject LEFT JOIN contacts c ON "
        "c.host = n.subject WHERE n.kind = '{}' AND n.over {} 0 AND ({})",
        kind.word, state, condition);
  };
  const auto change = [&](const std::string& subjects, Number over) {
    if (is_any(store, subjects))
      sql::run(store.session(),
               fmt::format("UPDATE noticed SET over = $1 WHERE kind = $2 AND subject IN ({})", subjects),
               {over, Text(kind.word)});
  };
  change(those("=", kind.over), sql::seconds(now));
  change(those(">", kind.holds), 0);
}

/// Hosts that were told of within the hour.
Number told(Store& store, const Kind& kind, const NoticePolicy& policy, Time now) {
  return std::get<0>(sql::select<Number>(store.session(),
                                         "SELECT CAST(COALESCE(SUM(hosts), 0) AS BIGINT) FROM notices WHERE kind = $1 "
                                         "AND created > $2 AND destination "
                                         "= $3",
                                         {Text(kind.word), sql::seconds(now - kGathered), policy.destinations.at(0)})
                         .at(0));
}

/// `SELECT what` of those for whom it holds and who were not told of.
std::string new_ones(const Kind& kind, const std::string& what) {
  return fmt::format(
      "SELECT {} FROM {} WHERE {} AND NOT EXISTS (SELECT 1 FROM noticed n WHERE n.kind = '{}' AND "
      "n.subject = h.host)",
      what, kTables, kind.holds, kind.word);
}

void tell(Store& store, const Kind& kind, const NoticePolicy& policy, Time now) {
  const Number before = told(store, kind, policy, now);
  if (before > kMostOneByOne) return;  // gathered until the hour is over
  const auto count = std::get<0>(sql::select<Number>(store.session(), new_ones(kind, "COUNT(*)")).at(0));
  if (count == 0) return;
  std::vector<Notice::Host> named;
  for (const auto& [id, name, since, security] : sql::select<Text, Text, Number, Number>(
           store.session(),
           fmt::format("{} ORDER BY h.hostname, h.host LIMIT {}",
                       new_ones(kind, fmt::format("h.id, h.hostname, {}, h.security", kind.since)), kMostOneByOne)))
    named.push_back({id, name, sql::time_of(since), security});
  const FleetCounts counts = fleet_counts(store, now);

  sql::Transaction transaction(store);
  const auto noted = static_cast<Number>(sql::run(
      store.session(),
      fmt::format("INSERT INTO noticed (kind, subject, since) {} ORDER BY h.host ON CONFLICT (kind, subject) DO "
                  "NOTHING",
                  new_ones(kind, fmt::format("'{}', h.host, {}", kind.word, sql::seconds(now))))));
  // Otherwise things changed between the two questions, or another hub tells it: the next look sees.
  if (noted != count) return;
  if (before + count <= kMostOneByOne)
    for (const auto& host : named)
      queue_notice(store, {kind.word, sentence(kind, host, now), 1, {host}}, counts, policy.destinations, now);
  else
    queue_notice(store, {kind.word, sentence(kind, named, count), count, named}, counts, policy.destinations, now);
  transaction.commit();
}

void tell_of_fleet(Store& store, const NoticePolicy& policy, Time now) {
  const FleetCounts counts = fleet_counts(store, now);
  const auto known = sql::select<Number>(store.session(), "SELECT over FROM noticed WHERE kind = $1 AND subject = 0",
                                         {Text(kAllCompliant)});
  const bool is_over = !known.empty() && std::get<0>(known[0]) > 0;
  if (known.empty() && is_completed(counts)) {
    sql::Transaction transaction(store);
    if (sql::run(store.session(),
                 "INSERT INTO noticed (kind, subject, since) VALUES ($1, 0, $2) ON CONFLICT (kind, subject) DO NOTHING",
                 {Text(kAllCompliant), sql::seconds(now)}) == 0)
      return;  // another hub tells it
    queue_notice(store, {kAllCompliant, sentence_about(counts, now), counts.hosts, {}}, counts, policy.destinations,
                 now);
    transaction.commit();
  } else if (!known.empty() && is_over == is_completed(counts)) {
    sql::run(store.session(), "UPDATE noticed SET over = $1 WHERE kind = $2 AND subject = 0",
             {is_over ? Number{0} : sql::seconds(now), Text(kAllCompliant)});
  }
}

void forget_what_is_long_over(Store& store, Time now) {
  const auto old = fmt::format("over > 0 AND over < CASE WHEN kind = '{}' THEN {} ELSE {} END", kAllCompliant,
                               sql::seconds(now - kFleetQuiet), sql::seconds(now - kHostQuiet));
  if (is_any(store, "SELECT subject FROM noticed WHERE " + old))
    sql::run(store.session(), "DELETE FROM noticed WHERE " + old);
}

}  // namespace

void look_for_news(Store& store, const NoticePolicy& policy, Time now) {
  sql::guarded("the store can't be searched for news", [&] {
    const auto all = kinds(policy, now);
    for (const auto& kind : all) follow(store, kind, now);
    forget_what_is_long_over(store, now);
    for (const auto& kind : all) tell(store, kind, policy, now);
    tell_of_fleet(store, policy, now);
  });
}

void queue_test(Store& store, const std::vector<std::string>& destinations, const std::string& who, Time now) {
  const Notice notice{
      "test", fmt::format("A test of notifications that {} asked for: it arrives.", harmless(who)), 0, {}};
  queue_notice(store, notice, fleet_counts(store, now), destinations, now);
}

}  // namespace patchstate
