// SPDX-License-Identifier: Apache-2.0
// The measuring half of bench/hub.py:
//   hub_bench fill STORE NAMES HOSTS DAYS       a store with that many hosts and so much history
//   hub_bench load URL STORE NAMES HOSTS SECONDS RATE CONNECTIONS
//                                               90 % heartbeats, 10 % full reports; RATE 0: as fast as it goes
//   hub_bench inserts FILE SECONDS              the yardstick: minimal durable inserts by sqlite3 alone, 500 in a
//   commit
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include <fmt/core.h>
#include <sqlite3.h>

#include "assessment/assessment_json.h"
#include "bench/hub/fleet_maker.h"
#include "bench/hub/load.h"
#include "hub/fleet_days.h"
#include "hub/report.h"
#include "hub/secrets.h"
#include "hub/store.h"
#include "platform/gzip.h"

namespace patchstate::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 500;
constexpr std::size_t kPendingOfFull = 100;  // what the targets are stated for
constexpr int kDaysBetweenChanges = 15;

Time current_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (lines.size() < 1000) throw std::runtime_error(file + ": too few names");
  return lines;
}

std::string key_of(std::size_t host) {
  return fmt::format("psh_bench{:08}", host);
}

void enrol(Store& store, std::size_t hosts, Time at) {
  sql::Transaction transaction(store);
  for (std::size_t host = 0; host < hosts; ++host) {
    store.run_prepared("INSERT INTO hosts (id, enrolled, known_since) VALUES ($1, $2, $2) ON CONFLICT (id) DO NOTHING",
                       {FleetMaker::host_id(host), sql::seconds(at)});
    store.run_prepared(
        "INSERT INTO credentials (kind, hash, name, host_id, scopes, created, expires, uses_left) VALUES ('host', $1, "
        "'', "
        "$2, '', $3, 0, 0) ON CONFLICT (hash) DO NOTHING",
        {hash_of_secret(key_of(host)), FleetMaker::host_id(host), sql::seconds(at)});
  }
  transaction.commit();
}

/// Between 0 and 40 pending, a fifth of the hosts with none: what fleets look like.
std::size_t pending_of(std::size_t host, std::size_t change) {
  return host % 5 == change % 5 ? 0 : (host * 7 + change * 13) % 40;
}

/// As if the heartbeats between the reports had come, but for one machine in fifty, which is silent now; and each
/// midnight counted, which a hub does within a minute.
void finish_history(Store& store, Time now) {
  sql::run(store.session(), "UPDATE states SET silent = until, good_until = until");
  sql::run(store.session(), "UPDATE contacts SET silent = $1 WHERE host % 50 = 7",
           {sql::seconds(now - std::chrono::hours{30})});
  while (count_missing_day(store, now, std::chrono::hours{24 * 400})) {
  }
}

void fill(const std::string& address, const std::string& names, std::size_t hosts, int days) {
  Store store(parse_store_address(address));
  store.migrate();
  const Time now = current_time();
  enrol(store, hosts, now - std::chrono::hours{24 * days});
  FleetMaker maker(lines_of(names), 1);
  const IngestLimits limits;
  std::vector<Incoming> batch;
  std::size_t number = 0;
  for (int day = days; day >= 0; day -= kDaysBetweenChanges, ++number)
    for (std::size_t host = 0; host < hosts; ++host) {
      const Time at = now - std::chrono::hours{24 * day} - std::chrono::minutes{host % 300};
      const auto made = maker.assessment(host, number, pending_of(host, number), number, at);
      auto read = read_report(to_json(made), "", limits);
      if (!read.report) throw std::runtime_error(read.problem.detail);
      Incoming incoming{std::move(*read.report), hash_of_secret(key_of(host)), "", at, {}};
      batch.push_back(std::move(incoming));
      if (batch.size() < kBatch && !(day - kDaysBetweenChanges < 0 && host + 1 == hosts)) continue;
      store.record(batch, {});
      batch.clear();
    }
  finish_history(store, now);
}

std::string request(const std::string& host_port, std::size_t host, const std::string& body, bool zipped) {
  return fmt::format(
      "POST /v1/assessments HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{}"
      "Content-Length: {}\r\n\r\n{}",
      host_port, key_of(host), zipped ? "Content-Encoding: gzip\r\n" : "", body.size(), body);
}

std::string heartbeat(const Assessment& of, std::size_t number, Time at) {
  return fmt::format(
      R"({{"schemaVersion":1,"heartbeat":true,"assessmentActivityId":"{}","lastModifiedDateTime":"{}","host":{{"id":"{}"}},)"
      R"("agent":{{"version":"0.1.0","intervalSeconds":21600}},"stateHash":"{}","metadataCheckedAt":"{}"}})",
      FleetMaker::activity_id(std::stoul(of.host.id.substr(24), nullptr, 16), number), format_time(at), of.host.id,
      of.state_hash, format_time(at - std::chrono::hours{1}));
}

/// Every tenth request is a full report of a host, the others are heartbeats of hosts whose full one has been sent.
std::vector<std::string> requests(const std::string& host_port, const std::string& names, std::size_t hosts,
                                  std::size_t count) {
  FleetMaker maker(lines_of(names), 2);
  const Time now = current_time();
  const auto salt = static_cast<std::size_t>(now.time_since_epoch().count()) % 1'000'000 * 1000;
  std::vector<std::string> made;
  std::vector<Assessment> last;
  for (std::size_t host = 0; host < hosts; ++host) {
    // A change of a few updates against the report that the host sent before.
    last.push_back(maker.assessment(host, salt, kPendingOfFull, salt + host % 3, now));
    made.push_back(request(host_port, host, gzip(to_json(last.back()), Effort::quick), true));
    for (auto& source : last.back().sources) source.outcome = Findings{};
  }
  std::vector<std::string> mixed(made.begin(), made.end());
  for (std::size_t index = 0; mixed.size() < hosts + count; ++index) {
    const std::size_t host = (index * 7919) % hosts;
    if (index % 10 == 0) {
      auto full = maker.assessment(host, salt + 1 + index, kPendingOfFull, salt + index / hosts, now);
      last[host].state_hash = full.state_hash;
      mixed.push_back(request(host_port, host, gzip(to_json(full), Effort::quick), true));
    } else {
      mixed.push_back(request(host_port, host, heartbeat(last[host], salt + 1 + index, now), false));
    }
  }
  return mixed;
}

void load(const std::vector<std::string>& arguments) {
  const std::string host_port = arguments[0];
  const std::size_t hosts = std::stoul(arguments[3]);
  const double seconds = std::stod(arguments[4]);
  const double rate = std::stod(arguments[5]);
  const std::size_t connections = std::stoul(arguments[6]);
  {
    Store store(parse_store_address(arguments[1]));
    enrol(store, hosts, current_time());
  }
  const std::size_t count = static_cast<std::size_t>(seconds * (rate > 0 ? rate : 16'000));
  const auto all = requests(host_port, arguments[2], hosts, count);
  run_load(host_port, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(hosts)}, 0, 3600,
           connections);  // warms up
  const auto result =
      run_load(host_port, {all.begin() + static_cast<std::ptrdiff_t>(hosts), all.end()}, rate, seconds, connections);
  fmt::print(
      "{{\"answered\":{},\"accepted\":{},\"send_full\":{},\"seconds\":{:.3f},\"p50_ms\":{:.2f},\"p99_ms\":{:.2f}}}\n",
      result.answered, result.accepted, result.send_full, result.seconds, result.p50_ms, result.p99_ms);
}

void inserts(const std::string& file, double seconds) {
  sqlite3* database = nullptr;
  sqlite3_open(file.c_str(), &database);
  for (const char* const text : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                                 "CREATE TABLE t (id TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID"})
    sqlite3_exec(database, text, nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO t VALUES (?, ?)", -1, &insert, nullptr);
  const auto start = Clock::now();
  std::size_t count = 0;
  while (Clock::now() - start < std::chrono::duration<double>(seconds)) {
    sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    for (std::size_t index = 0; index < kBatch; ++index, ++count) {
      const std::string id = FleetMaker::activity_id(count * 2654435761U % 100'000'000U, count);
      sqlite3_bind_text(insert, 1, id.c_str(), -1, SQLITE_TRANSIENT);
      sqlite3_bind_int64(insert, 2, static_cast<std::int64_t>(count));
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
  }
  const std::chrono::duration<double> passed = Clock::now() - start;
  sqlite3_finalize(insert);
  sqlite3_close(database);
  fmt::print("{{\"rows_per_second\":{:.0f}}}\n", static_cast<double>(count) / passed.count());
}

}  // namespace
}  // namespace patchstate::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    const std::vector<std::string> rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (words.size() == 5 && words[0] == "fill")
      patchstate::bench::fill(rest[0], rest[1], std::stoul(rest[2]), std::stoi(rest[3]));
    else if (words.size() == 8 && words[0] == "load")
      patchstate::bench::load(rest);
    else if (words.size() == 3 && words[0] == "inserts")
      patchstate::bench::inserts(rest[0], std::stod(rest[1]));
    else
      return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "hub_bench: {}\n", error.what());
    return 1;
  }
}
