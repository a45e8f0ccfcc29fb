// SPDX-License-Identifier: Apache-2.0
#include "hub/notice_queue.h"

#include <algorithm>

#include <Poco/Environment.h>
#include <Poco/Random.h>
#include <fmt/core.h>

#include "assessment/json_writer.h"
#include "hub/sql.h"
#include "platform/hash.h"

namespace patchstate {
namespace {

using std::chrono::seconds;
using Text = std::string;
using Number = std::int64_t;

constexpr seconds kTrying{60};  ///< longer than a try takes
constexpr seconds kFirstPause{5};
constexpr seconds kLongestPause = std::chrono::hours{1};
constexpr std::chrono::hours kGivenUpAfter{72};
constexpr std::chrono::hours kKept{24 * 30};

/// With up to a quarter on top: hubs and notices that failed together don't come back together.
seconds pause_after(Number tries) {
  const auto doubled = kFirstPause * (Number{1} << std::min<Number>(tries - 1, 20));
  const seconds pause = std::min<seconds>(doubled, kLongestPause);
  static thread_local Poco::Random random = [] {
    Poco::Random seeded;
    seeded.seed();
    return seeded;
  }();
  return pause + seconds(random.next(static_cast<Poco::UInt32>(pause.count() / 4 + 1)));
}

void put_summary(JsonWriter& json, const FleetCounts& counts, Time now) {
  json.begin_object();
  json.key("sentence");
  json.text(sentence_about(counts, now));
  json.key("completed");
  json.boolean(is_completed(counts));
  const std::pair<std::string_view, Number> numbers[] = {{"hosts", counts.hosts},
                                                         {"compliant", counts.compliant},
                                                         {"noncompliant", counts.noncompliant},
                                                         {"accepted", counts.accepted},
                                                         {"unknown", counts.unknown},
                                                         {"notReporting", counts.silent},
                                                         {"criticalAndSecurityPatchCount", counts.security_updates},
                                                         {"acceptedPatchCount", counts.accepted_updates}};
  for (const auto& [name, number] : numbers) {
    json.key(name);
    json.number(number);
  }
  json.end_object();
}

void put_hosts(JsonWriter& json, const std::vector<Notice::Host>& hosts) {
  json.begin_array();
  for (const auto& host : hosts) {
    json.begin_object();
    json.key("id");
    json.text(host.id);
    json.key("hostname");
    json.text(host.hostname);
    if (host.since != Time{}) {
      json.key("since");
      json.text(format_time(host.since));
    }
    json.key("criticalAndSecurityPatchCount");
    json.number(host.security);
    json.end_object();
  }
  json.end_array();
}

std::string body_of(const Notice& notice, const std::string& id, const FleetCounts& counts, Time now) {
  JsonWriter json(JsonStyle::compact);
  json.begin_object();
  const std::pair<std::string_view, std::string> texts[] = {{"id", id},
                                                            {"kind", notice.kind},
                                                            {"at", format_time(now)},
                                                            {"hub", Poco::Environment::nodeName()},
                                                            {"text", notice.text}};
  for (const auto& [name, text] : texts) {
    json.key(name);
    json.text(text);
  }
  json.key("hostCount");
  json.number(notice.hosts);
  json.key("hosts");
  put_hosts(json, notice.named);
  json.key("summary");
  put_summary(json, counts, now);
  json.end_object();
  return std::move(json).take();
}

}  // namespace

void queue_notice(Store& store, const Notice& notice, const FleetCounts& counts,
                  const std::vector<std::string>& destinations, Time now) {
  sql::guarded("the notice could not be queued", [&] {
    const std::string id = random_uuid();
    const std::string body = body_of(notice, id, counts, now);
    for (const auto& destination : destinations)
      sql::run(
          store.session(),
          "INSERT INTO notices (id, kind, hosts, destination, body, created, next_try) VALUES ($1, $2, $3, $4, $5, "
          "$6, $6)",
          {id, notice.kind, notice.hosts, destination, body, sql::seconds(now)});
  });
}

std::string harmless(std::string_view name) {
  std::string text(name);
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return std::string_view("<>&@#!*`~[](){}|\\").find(c) != std::string::npos; }, '?');
  return text;
}

std::optional<QueuedNotice> claim_notice(Store& store, const std::string& destination, Time now) {
  return sql::guarded("the queue of notices can't be read", [&]() -> std::optional<QueuedNotice> {
    // Those that failed least come first: one that a server never takes does not keep the others from it.
    const auto due = store.select_prepared<Number, Text, Text, Text, Number, Number, Number, Number>(
        "SELECT notice, id, kind, body, hosts, created, next_try, tries FROM notices WHERE destination = $1 AND ended "
        "= 0 AND next_try <= $2 ORDER BY tries, notice LIMIT 1",
        {destination, sql::seconds(now)});
    if (due.empty()) return std::nullopt;
    const auto& [notice, id, kind, body, hosts, created, next_try, tries] = due[0];
    // Another hub may have been faster.
    const auto claimed = sql::run(store.session(),
                                  "UPDATE notices SET next_try = $1, tries = tries + 1 WHERE notice = $2 AND tries = "
                                  "$3 AND next_try = $4 AND ended = 0",
                                  {sql::seconds(now + kTrying), notice, tries, next_try});
    if (claimed != 1) return std::nullopt;
    QueuedNotice queued{notice, id, kind, destination, body, hosts, sql::time_of(created), {}, {}, false, {}, {}};
    queued.tries = tries + 1;
    return queued;
  });
}

void notice_taken(Store& store, const QueuedNotice& notice, const std::string& answer, Time now) {
  sql::guarded("the notice could not be noted as taken", [&] {
    sql::run(store.session(), "UPDATE notices SET ended = $1, delivered = 1, answer = $2 WHERE notice = $3",
             {sql::seconds(now), answer, notice.notice});
  });
}

bool notice_failed(Store& store, const QueuedNotice& notice, const std::string& answer, seconds retry_after, Time now) {
  return sql::guarded("the notice could not be put off", [&] {
    const bool is_given_up = notice.created + kGivenUpAfter <= now;
    const seconds pause = std::max(pause_after(notice.tries), std::min<seconds>(retry_after, kLongestPause));
    sql::run(store.session(), "UPDATE notices SET ended = $1, next_try = $2, answer = $3 WHERE notice = $4",
             {is_given_up ? sql::seconds(now) : Number{0}, sql::seconds(now + pause), answer, notice.notice});
    return is_given_up;
  });
}

void notice_put_back(Store& store, const QueuedNotice& notice, Time now) {
  sql::guarded("the notice could not be put back", [&] {
    sql::run(store.session(), "UPDATE notices SET next_try = $1, tries = tries - 1 WHERE notice = $2",
             {sql::seconds(now), notice.notice});
  });
}

std::vector<QueuedNotice> latest_notices(Store& store, std::size_t limit) {
  return sql::guarded("the notices can't be read", [&] {
    std::vector<QueuedNotice> list;
    const auto rows = sql::select<Number, Text, Text, Text, Number, Number, Number, Number, Number, Number, Text>(
        store.session(),
        fmt::format("SELECT notice, id, kind, destination, hosts, created, next_try, ended, delivered, "
                    "tries, answer FROM notices ORDER BY notice DESC LIMIT {}",
                    limit));
    for (const auto& [notice, id, kind, destination, hosts, created, next_try, ended, delivered, tries, answer] : rows)
      list.push_back({notice,
                      id,
                      kind,
                      destination,
                      {},
                      hosts,
                      sql::time_of(created),
                      sql::time_of(next_try),
                      sql::time_of(ended),
                      delivered == 1,
                      tries,
                      answer});
    return list;
  });
}

void forget_old_notices(Store& store, Time now) {
  sql::guarded("old notices could not be deleted", [&] {
    // Also those to a destination that no hub serves any more, which nobody gives up.
    sql::run(store.session(), "DELETE FROM notices WHERE created < $1", {sql::seconds(now - kKept)});
  });
}

}  // namespace patchstate
