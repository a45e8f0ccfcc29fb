// SPDX-License-Identifier: Apache-2.0
#include "hub/commands.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"
#include "hub/api_json.h"
#include "hub/audit.h"
#include "hub/clock.h"
#include "hub/questions.h"
#include "hub/secrets.h"
#include "platform/process_runner.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShown = 20;

std::string day(Time time) {
  return time == Time{} ? "-" : format_time(time).substr(0, 16);
}

std::string state_of(const Credential& one, Time now) {
  if (one.revoked != Time{}) return "revoked " + day(one.revoked);
  if (one.expires != Time{} && one.expires <= now) return "expired " + day(one.expires);
  if (one.kind == "enrol" && one.uses_left <= 0) return "used up";
  return one.expires == Time{} ? "valid" : "valid until " + day(one.expires);
}

void print_hosts(const std::vector<HostRecord>& hosts, Time now) {
  for (const auto& host : hosts) {
    const Verdict verdict = explained(host, now);
    fmt::print("  {:<13} {:<30} {:<32} {}\n", to_text(standing_of(host, now)),
               one_line(host.hostname.empty() ? host.id : host.hostname), one_line(host.os_name),
               verdict.reasons.empty() ? "" : one_line(verdict.reasons.front().message));
  }
}

void print_fleet(Store& store, const FleetCounts& counts, Time now) {
  fmt::print("{}\n\n", sentence_about(counts, now));
  fmt::print(
      "{} compliant, {} noncompliant, {} accepted, {} unknown ({} not reporting, {} never reported); {} waiting for a "
      "reboot\n",
      counts.compliant, counts.noncompliant, counts.accepted, counts.unknown, counts.silent, counts.never_reported,
      counts.reboots);
  for (const char* const verdict : {"noncompliant", "unknown"}) {
    HostQuery query;
    query.verdict = verdict;
    query.sort = "-security";
    query.limit = kShown;
    const auto page = hosts(store, query, now);
    if (page.hosts.empty()) continue;
    fmt::print("\n{}:\n", verdict);
    print_hosts(page.hosts, now);
    if (!page.next.empty()) fmt::print("  and more\n");
  }
  UpdateQuery query;
  query.security = true;
  query.limit = 10;
  const auto page = updates(store, query);
  if (!page.updates.empty()) fmt::print("\nsecurity updates missing on most machines:\n");
  for (const auto& update : page.updates)
    fmt::print("  {:>6} {:<9} {} {}\n", update.missing_on, update.severity == "unknown" ? "" : update.severity,
               one_line(update.name), one_line(update.version));
}

/// A file that goes away with what SQLite laid beside it, unless it is kept.
class Unfinished {
 public:
  explicit Unfinished(std::string file) : file_(std::move(file)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    std::error_code failed;  // then it stays, as it would without us
    if (!is_kept_)
      for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(file_ + suffix, failed);
  }
  void keep() { is_kept_ = true; }

 private:
  std::string file_;
  bool is_kept_ = false;
};

/// `work` and a note that it was done here; false: there was nothing to do it to, and there is no note.
template <class Work>
bool done_by_operator(Store& store, std::string action, std::string target, std::string detail, Work&& work) {
  return do_and_note(
      store, {0, current_time(), std::string(kOperator), std::move(action), std::move(target), std::move(detail), {}},
      work);
}

int run_tool(Command command) {
  for (const char* const name : {"HOME", "PGPASSFILE", "PGUSER", "PGSSLMODE", "PGSSLROOTCERT"})
    if (const char* const value = std::getenv(name)) command.environment.emplace_back(name, value);
  command.deadline = std::chrono::hours{12};
  SystemProcessRunner runner;
  const auto result = runner.run(command);
  if (result.ok()) return 0;
  return complain(describe(command, result));
}

}  // namespace

Store opened(const StoreAddress& address) {
  Store store(address);
  store.migrate();
  return store;
}

int complain(std::string_view what) {
  fmt::print(stderr, "patchstate-hub: {}\n", what);
  return 3;
}

int create_token(const StoreAddress& address, const TokenRequest& request) {
  Store store = opened(address);
  const Time now = current_time();
  const bool enrols = request.kind == CredentialKind::enrol;
  const std::string secret = new_secret(enrols ? SecretKind::enrol_token : SecretKind::read_token);
  Store::NewCredential credential;
  credential.kind = request.kind;
  credential.hash = hash_of_secret(secret);
  credential.name = clean_text(request.name, 200);
  credential.host_id = request.host_id;
  credential.scopes = enrols ? "" : request.scope;
  credential.created = now;
  if (request.valid.count() > 0) credential.expires = now + request.valid;
  credential.uses = enrols ? request.uses : 0;
  std::int64_t id = 0;
  AuditEntry entry{0, now, std::string(kOperator), "token_created", {}, {}, {}};
  do_and_note(store, entry, [&] {
    id = store.add_credential(credential);
    entry.target = fmt::format("token {}", id);
    entry.detail = enrols                    ? "enrols " + counted(static_cast<int>(request.uses), "machine")
                   : request.scope == "read" ? "reads all"
                                             : "reads " + request.scope;
    return true;
  });
  fmt::print(stderr, "token {}: it is shown once, now\n", id);
  fmt::print("{}\n", secret);
  return 0;
}

int list_tokens(const StoreAddress& address) {
  Store store = opened(address);
  const Time now = current_time();
  fmt::print("{:>5} {:<6} {:<8} {:>5} {:<17} {:<27} {}\n", "ID", "KIND", "SCOPE", "USES", "CREATED", "STATE", "NAME");
  for (const auto& one : store.credentials())
    fmt::print("{:>5} {:<6} {:<8} {:>5} {:<17} {:<27} {}\n", one.id, one.kind, one.scopes.empty() ? "-" : one.scopes,
               one.kind == "enrol" ? std::to_string(one.uses_left) : "-", day(one.created), state_of(one, now),
               one_line(one.name));
  return 0;
}

int revoke_token(const StoreAddress& address, std::int64_t id) {
  Store store = opened(address);
  if (!done_by_operator(store, "token_revoked", fmt::format("token {}", id), {},
                        [&] { return store.revoke_credential(id, current_time()); }))
    return complain(fmt::format("there is no valid token {}", id));
  return 0;
}

int list_hosts(const StoreAddress& address) {
  Store store = opened(address);
  const Time now = current_time();
  HostQuery query;
  query.limit = kMostRows;
  do {
    const auto page = hosts(store, query, now);
    for (const auto& host : page.hosts)
      fmt::print("{:<36} {:<13} {:<24} {}\n", host.id, to_text(standing_of(host, now)), day(host.received),
                 one_line(host.hostname));
    query.cursor = page.next;
  } while (!query.cursor.empty());
  return 0;
}

int revoke_host(const StoreAddress& address, const std::string& id) {
  Store store = opened(address);
  if (!done_by_operator(store, "host_revoked", id, {}, [&] { return store.revoke_host(id, current_time()); }))
    return complain(fmt::format("there is no host {}", id));
  return 0;
}

int remove_host(const StoreAddress& address, const std::string& id, Store::Keep keep) {
  Store store = opened(address);
  if (!done_by_operator(store, "host_removed", id, keep == Store::Keep::nothing ? "with its history" : "",
                        [&] { return store.remove_host(id, keep, current_time()); }))
    return complain(fmt::format("there is no host {}", id));
  return 0;
}

int tag_host(const StoreAddress& address, const std::string& id, const std::vector<std::string>& tags) {
  Store store = opened(address);
  std::vector<std::string> clean;
  for (const auto& tag : tags) clean.push_back(clean_text(tag, 100));
  if (!done_by_operator(store, "tags_set", id, clean.empty() ? "none" : fmt::format("{}", fmt::join(clean, ", ")),
                        [&] { return set_tags(store, id, clean); }))
    return complain(fmt::format("there is no host {}", id));
  return 0;
}

int show_fleet(const StoreAddress& address, FleetFormat format) {
  Store store = opened(address);
  const Time now = current_time();
  const FleetCounts counts = fleet_counts(store, now);
  if (format == FleetFormat::json)
    fmt::print("{}\n", summary_json(counts, systems(store, now), now));
  else if (format == FleetFormat::nagios)
    fmt::print(
        "PATCHSTATE {} - {} | compliant={};;;0 noncompliant={};;0;0 accepted={};;;0 unknown={};;;0 security={};;0;0\n",
        exit_code_of(counts) == 0   ? "OK"
        : exit_code_of(counts) == 2 ? "CRITICAL"
                                    : "UNKNOWN",
        sentence_about(counts, now), counts.compliant, counts.noncompliant, counts.accepted, counts.unknown,
        counts.security_updates);
  else
    print_fleet(store, counts, now);
  return exit_code_of(counts);
}

int migrate(const StoreAddress& address) {
  Store store = opened(address);
  fmt::print("the store {} has schema version {}\n", address.shown, store.schema_version());
  return 0;
}

int backup(const StoreAddress& address, const std::string& file) {
  if (fs::exists(file)) return complain(fmt::format("{} is there already", file));
  const bool is_sqlite = address.kind == StoreAddress::Kind::sqlite;
  if (is_sqlite && !fs::exists(address.target)) return complain(fmt::format("there is no store {}", address.shown));
  // Nobody else's from the first byte on: both programs write into an empty file that is there.
  if (!std::ofstream(file)) return complain(fmt::format("{} can't be written", file));
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  Unfinished unfinished(file);
  if (is_sqlite) {
    Store store(address);
    sql::guarded("the backup could not be made", [&] { return sql::run(store.session(), "VACUUM INTO $1", {file}); });
  } else if (const int failed = run_tool(
                 {{"pg_dump", "--format=custom", "--no-owner", "--file=" + file, "--dbname=" + address.target}, {}});
             failed != 0) {
    return failed;
  }
  unfinished.keep();
  return 0;
}

int restore(const StoreAddress& address, const std::string& file) {
  if (!fs::exists(file)) return complain(fmt::format("there is no backup {}", file));
  if (address.kind == StoreAddress::Kind::postgresql)
    return run_tool(
        {{"pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--dbname=" + address.target, file},
         {}});
  if (fs::exists(address.target))
    return complain(fmt::format("the store {} is there already: move it away first", address.shown));
  const std::string beside = address.target + ".restoring";
  Unfinished unfinished(beside);
  fs::copy_file(file, beside, fs::copy_options::overwrite_existing);
  {
    // A copy that is cut off, or no store at all, must not take the store's name.
    Store store({StoreAddress::Kind::sqlite, beside, beside});
    const auto found = sql::guarded("the backup can't be read", [&] {
      return sql::select<std::string>(store.session(), "PRAGMA integrity_check");
    });
    if (found.empty() || std::get<0>(found[0]) != "ok" || store.schema_version() == 0)
      return complain(fmt::format("{} is not a whole backup", file));
  }
  fs::rename(beside, address.target);
  unfinished.keep();
  return 0;
}

}  // namespace patchstate
