// SPDX-License-Identifier: Apache-2.0
// One batch of reports in one transaction. Most are heartbeats: all of a batch together are two statements. A full
// report writes what differs from the one before.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "hub/json_text.h"
#include "hub/risks.h"
#include "hub/sql.h"
#include "hub/sql_rows.h"
#include "hub/store.h"
#include "hub/store_pending.h"

namespace patchstate {
namespace {

using sql::seconds;

struct Contact {
  std::int64_t received = 0;
  std::int64_t silent = 0;
  std::int64_t good_until = 0;
  std::int64_t skew = 0;
  std::int64_t interval = 0;
  std::string activity_id;
};

/// What the store knows of a host before the report that is looked at.
struct HostState {
  std::int64_t host = 0;
  std::int64_t enrolled = 0;
  std::string state_hash;
  std::string updates_hash;
  std::int64_t said_at = 0;
  std::int64_t since = 0;
  std::string verdict;
  std::int64_t security = 0;
  std::int64_t other = 0;
  std::int64_t oldest_pending = 0;
  std::int64_t reboot = -1;
  std::int64_t accepted = 0;
  std::int64_t accepted_until = 0;
  Contact contact;
  bool contact_changed = false;
};

/// Why a machine that misses something would be unknown if it missed nothing.
std::int64_t doubts_of(const Verdict& verdict) {
  if (verdict.value != VerdictValue::noncompliant) return 0;
  return std::count_if(verdict.reasons.begin(), verdict.reasons.end(), [](const Reason& reason) {
    return !reason.code.starts_with("security_updates_") && reason.code != "reboot_required";
  });
}

class Recorder {
 public:
  Recorder(Store& store, const RecordPolicy& policy) : store_(store), policy_(policy), pending_(store) {}

  std::vector<Recorded> record(std::span<const Incoming> incoming) {
    look_up(incoming);
    std::vector<Recorded> answers;
    for (std::size_t index = 0; index < incoming.size(); ++index) answers.push_back(record(incoming[index], index));
    write_contacts();
    pending_.flush();
    if (!reported_.empty() && has_accepted_risks(store_, incoming.front().received))
      count_accepted(store_, reported_.take(), incoming.front().received);
    return answers;
  }
  void committed() { pending_.remember(); }

 private:
  // --- who sends, and what is known of them: one question for all ---

  void look_up(std::span<const Incoming> incoming) {
    sql::Rows asked;
    for (std::size_t index = 0; index < incoming.size(); ++index)
      asked.add(static_cast<std::int64_t>(index), incoming[index].key_hash, incoming[index].report.host_id);
    const auto batch = asked.take();
    const auto rows = sql::rows(store_, 1, {"i#", "k", "h"});
    identities_.resize(incoming.size());
    for (auto& [index, host_id] : store_.select_prepared<std::int64_t, std::string>(
             "SELECT j.i, c.host_id FROM " + rows +
                 " AS j JOIN credentials c ON c.hash = j.k WHERE c.kind = 'host' AND c.revoked = 0",
             {batch}))
      identities_[static_cast<std::size_t>(index)] = host_id;
    look_up_states(batch, rows);
    look_up_lists(incoming);
    if (std::any_of(incoming.begin(), incoming.end(), [](const auto& one) { return !one.host_by_cert.empty(); }))
      for (auto& [id] : store_.select_prepared<std::string>(
               "SELECT c.host_id FROM " + rows + " AS j JOIN credentials c ON c.host_id = j.h WHERE c.kind = 'barred'",
               {batch}))
        barred_.insert(id);
  }

  void look_up_states(const std::string& batch, const std::string& rows) {
    const auto known =
        store_.select_prepared<std::string, std::int64_t, std::int64_t, std::string, std::string, std::int64_t,
                               std::int64_t, std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                               std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string>(
            "SELECT DISTINCT h.id, h.host, h.enrolled, h.state_hash, h.updates_hash, h.said_at, h.since, h.verdict, "
            "h.security, h.other, h.oldest_pending, h.reboot, h.accepted, h.accepted_until, COALESCE(c.received, 0), "
            "COALESCE(c.silent, 0), "
            "COALESCE(c.good_until, 0), COALESCE(c.activity_id, '') FROM " +
                rows + " AS j JOIN hosts h ON h.id = j.h LEFT JOIN contacts c ON c.host = h.host",
            {batch});
    for (const auto& [id, host, enrolled, state_hash, updates_hash, said_at, since, verdict, security, other, oldest,
                      reboot, accepted, accepted_until, received, silent, good_until, activity_id] : known)
      states_[id] = {host,           enrolled,
                     state_hash,     updates_hash,
                     said_at,        since,
                     verdict,        security,
                     other,          oldest,
                     reboot,         accepted,
                     accepted_until, {received, silent, good_until, 0, 0, activity_id},
                     false};
  }

  void look_up_lists(std::span<const Incoming> incoming) {
    sql::Rows hosts;
    std::set<std::int64_t> asked;
    for (const auto& one : incoming)
      if (const auto state = states_.find(one.report.host_id);
          one.report.kind == ReportKind::full && state != states_.end() && asked.insert(state->second.host).second)
        hosts.add(state->second.host);
    if (!hosts.empty()) pending_.read_lists(hosts.take());
  }

  // --- one report ---

  Recorded record(const Incoming& incoming, std::size_t index) {
    const Report& report = incoming.report;
    const std::string& identity = incoming.host_by_cert.empty() ? identities_[index] : incoming.host_by_cert;
    if (identity.empty()) return {Accepted::unauthorized, false};
    if (identity != report.host_id) return {Accepted::forbidden, false};
    if (!incoming.host_by_cert.empty() && barred_.contains(identity)) return {Accepted::unknown_host, false};
    if (!states_.contains(report.host_id)) {
      if (incoming.host_by_cert.empty()) return {Accepted::unknown_host, false};
      add_host(report.host_id, incoming.received);
    }
    HostState& state = states_[report.host_id];
    // Ordered by the host's clock as the hub's clock sees it; nothing was said in the future.
    const auto said_at = std::min(seconds(incoming.received), seconds(report.reported + incoming.clock_skew));
    if (report.kind == ReportKind::heartbeat) return {Accepted::yes, !heartbeat(incoming, state, said_at)};
    full(incoming, state, said_at);
    return {Accepted::yes, false};
  }

  void add_host(const std::string& id, Time now) {
    store_.run_prepared("INSERT INTO hosts (id, enrolled, known_since) VALUES ($1, $2, $2) ON CONFLICT (id) DO NOTHING",
                        {id, seconds(now)});
    states_[id].host = store_.key_of_host(id).value();
    states_[id].enrolled = seconds(now);
  }

  /// Whether the full report it repeats is the one the store has. Where it is not, nothing is written: the old state
  /// must not look confirmed.
  bool heartbeat(const Incoming& incoming, HostState& state, std::int64_t said_at) {
    if (state.state_hash.empty() || state.state_hash != incoming.report.state_hash) return false;
    if (said_at < state.said_at || state.contact.activity_id == incoming.report.activity_id) return true;
    if (was_silent(state, said_at)) {
      close_interval(state, said_at);
      store_.run_prepared("UPDATE hosts SET since = $1 WHERE host = $2", {said_at, state.host});
    }
    touch(incoming, state, said_at);
    return true;
  }

  static bool was_silent(const HostState& state, std::int64_t said_at) {
    return state.contact.silent != 0 && state.contact.silent < said_at;
  }

  void touch(const Incoming& incoming, HostState& state, std::int64_t said_at) {
    const Report& report = incoming.report;
    const auto received = seconds(incoming.received);
    if (received < state.contact.received) return;
    state.contact.received = received;
    state.contact.silent = received + policy_.silent_after * report.interval.count();
    // "Compliant" is proved only as long as the metadata it rests on is fresh, by the host's own count of its age.
    if (report.checked != Time{})
      state.contact.good_until =
          said_at + (std::min(report.checked, report.reported) - report.reported + policy_.max_metadata_age).count();
    state.contact.skew = incoming.clock_skew.count();
    state.contact.interval = report.interval.count();
    state.contact.activity_id = report.activity_id;
    state.contact_changed = true;
  }

  void full(const Incoming& incoming, HostState& state, std::int64_t said_at) {
    const Report& report = incoming.report;
    const auto added = store_.run_prepared(
        "INSERT INTO reports (activity_id, host, received, reported, body) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (host, activity_id) DO NOTHING",
        {report.activity_id, state.host, seconds(incoming.received), seconds(report.reported),
         sql::Bytes{report.body}});
    // Sent twice. Where the state is another one nevertheless (a store that was restored), it is taken again.
    if (added == 0 && state.state_hash == report.state_hash) return;
    if (said_at < state.said_at) return;  // older than what is known: kept, and nothing more
    std::int64_t oldest = state.oldest_pending;
    if (state.updates_hash != report.updates_hash)
      oldest = pending_.write(report.updates, {state.host, said_at, state.said_at, incoming.clock_skew.count()});
    write_host(incoming, state, said_at, oldest);
    reported_.add(state.host);
    touch(incoming, state, said_at);
  }

  // --- the host's row, and its former states ---

  void close_interval(HostState& state, std::int64_t until) {
    if (state.since != 0 && state.since < until)
      store_.run_prepared(
          "INSERT INTO states (host, since, until, silent, good_until, verdict, security, other, oldest_pending, "
          "reboot, accepted, accepted_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT "
          "(host, since) DO NOTHING",
          {state.host, state.since, until, state.contact.silent, state.contact.good_until, state.verdict,
           state.security, state.other, state.oldest_pending, state.reboot, state.accepted, state.accepted_until});
    state.since = until;
  }

  /// A report may be older than the enrolment: the host counts in the fleet's past from then on.
  void begin_first_interval(HostState& state, std::int64_t said_at) {
    state.since = said_at;
    if (said_at < state.enrolled)
      store_.run_prepared("UPDATE hosts SET known_since = $1 WHERE host = $2", {said_at, state.host});
  }

  void write_host(const Incoming& incoming, HostState& state, std::int64_t said_at, std::int64_t oldest) {
    const Report& report = incoming.report;
    const Assessment& said = report.assessment;
    const std::string verdict(to_text(said.verdict.value));
    const std::int64_t security = report.counts.critical_and_security;
    const std::int64_t other = report.counts.other;
    const std::int64_t reboot = said.reboot_pending ? static_cast<std::int64_t>(*said.reboot_pending) : -1;
    const bool changed = verdict != state.verdict || security != state.security || other != state.other ||
                         oldest != state.oldest_pending || reboot != state.reboot;
    if (state.since == 0)
      begin_first_interval(state, said_at);
    else if (changed || was_silent(state, said_at))
      close_interval(state, said_at);
    const auto text = [](const std::string& value) { return clean_text(value, 256); };
    store_.run_prepared(
        "UPDATE hosts SET hostname = $1, os_id = $2, os_version = $3, os_name = $4, end_of_support = $5, arch = $6, "
        "kernel = $7, cloud = $8, resource_id = $9, agent_version = $10, verdict = $11, reasons = $12, security = $13, "
        "other = $14, unclassified = $15, apart = $16, reboot = $17, max_severity = $18, oldest_pending = $19, "
        "since = $20, reported = $21, said_at = $22, activity_id = $23, state_hash = $24, updates_hash = $25, "
        "doubts = $26, lacks = $27 WHERE host = $28",
        {text(said.host.hostname),
         text(said.host.os.id),
         text(said.host.os.version_id),
         text(said.host.os.name),
         seconds(said.host.os.end_of_support.value_or(Time{})),
         text(said.host.arch),
         text(said.host.kernel_running),
         said.host.cloud ? text(said.host.cloud->provider) : "",
         said.host.cloud ? text(said.host.cloud->resource_id) : "",
         report.agent_version,
         verdict,
         reasons_to_json(said.verdict.reasons),
         security,
         other,
         std::int64_t{report.counts.unclassified},
         std::int64_t{report.counts.not_installable_security},
         reboot,
         report.max_severity,
         oldest,
         state.since,
         seconds(report.reported),
         said_at,
         report.activity_id,
         report.state_hash,
         report.updates_hash,
         doubts_of(said.verdict),
         report.lacks,
         state.host});
    state.state_hash = report.state_hash;
    state.updates_hash = report.updates_hash;
    state.said_at = said_at;
    state.verdict = verdict;
    state.security = security;
    state.other = other;
    state.oldest_pending = oldest;
    state.reboot = reboot;
  }

  // --- what a batch adds up to ---

  void write_contacts() {
    sql::Rows rows;
    for (const auto& [id, state] : states_)
      if (state.contact_changed)
        rows.add(state.host, state.contact.received, state.contact.silent, state.contact.good_until, state.contact.skew,
                 state.contact.interval, state.contact.activity_id);
    if (rows.empty()) return;
    store_.run_prepared(
        "INSERT INTO contacts (host, received, silent, good_until, skew, seconds, activity_id) SELECT "
        "h, r, s, g, w, n, a FROM " +
            sql::rows(store_, 1, {"h#", "r#", "s#", "g#", "w#", "n#", "a"}) +
            " AS j WHERE true ON CONFLICT (host) DO UPDATE SET received = excluded.received, silent = "
            "excluded.silent, good_until = excluded.good_until, skew = excluded.skew, seconds = "
            "excluded.seconds, activity_id = excluded.activity_id "
            "WHERE excluded.received >= contacts.received",
        {rows.take()});
  }

  Store& store_;
  const RecordPolicy& policy_;
  std::vector<std::string> identities_;  ///< host id of the key each report came with; empty: no valid key
  std::map<std::string, HostState> states_;
  std::set<std::string> barred_;  ///< hosts whose certificates are not taken
  PendingUpdates pending_;
  sql::Rows reported_;  ///< hosts whose full report was taken
};

}  // namespace

std::vector<Recorded> Store::record(std::span<const Incoming> incoming, const RecordPolicy& policy) {
  return sql::guarded("the reports could not be stored", [&] {
    sql::Transaction transaction(*this);
    Recorder recorder(*this, policy);
    auto answers = recorder.record(incoming);
    transaction.commit();
    recorder.committed();
    return answers;
  });
}

}  // namespace patchstate
