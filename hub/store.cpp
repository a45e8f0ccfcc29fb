// SPDX-License-Identifier: Apache-2.0
#include "hub/store.h"

#include <filesystem>
#include <mutex>
#include <thread>

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/URI.h>
#include <fmt/core.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include "assessment/words.h"

namespace patchstate {
namespace {

using Kind = StoreAddress::Kind;

constexpr int kConnectSeconds = 10;
/// How long a writer waits for another one. Transactions here take milliseconds; a backup holds no write lock.
constexpr int kBusyMilliseconds = 10'000;
constexpr std::chrono::milliseconds kLookAgain{20};
constexpr int kStepsBetweenLooks = 10'000;  ///< of SQLite's machine, a fraction of a millisecond

[[noreturn]] void refuse_password() {
  throw std::invalid_argument(
      "a password in --store would be seen by every user of this machine; put it into ~/.pgpass or PGPASSFILE");
}

StoreAddress postgresql_address(const std::string& text) {
  const Poco::URI uri(text);
  std::string path = uri.getPath();
  if (!path.empty()) path.erase(0, 1);
  const std::string& login = uri.getUserInfo();
  const std::string user = login.substr(0, login.find(':'));
  if (login.find(':') != std::string::npos) refuse_password();
  StoreAddress address{Kind::postgresql, {}, text};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) address.target += fmt::format("{}={} ", name, value);
  };
  add("host", uri.getHost());
  if (uri.getPort() != 0) add("port", std::to_string(uri.getPort()));
  add("user", user);
  add("dbname", path);
  for (const auto& [name, value] : uri.getQueryParameters()) {
    if (name.find("password") != std::string::npos) refuse_password();
    add(name.c_str(), value);
  }
  address.target += fmt::format("connect_timeout={}", kConnectSeconds);
  return address;
}

void register_connectors() {
  static std::once_flag once;
  std::call_once(once, [] {
    Poco::Data::SQLite::Connector::registerConnector();
    Poco::Data::PostgreSQL::Connector::registerConnector();
  });
}

/// Poco 1.11 forgets to free a connection that failed, 37 KB each time; a hub whose server is away tries often.
void try_to_connect(const StoreAddress& address) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb(fmt::format("{} connect_timeout={}", address.target, kConnectSeconds).c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK)
    throw StoreError(
        fmt::format("the store {} can't be opened: {}", address.shown, one_line(PQerrorMessage(connection.get()))));
}

Poco::Data::Session open(const StoreAddress& address) {
  register_connectors();
  if (address.kind == Kind::postgresql) try_to_connect(address);
  return sql::guarded(fmt::format("the store {} can't be opened", address.shown), [&] {
    return Poco::Data::Session(address.kind == Kind::sqlite ? "SQLite" : "PostgreSQL", address.target, kConnectSeconds);
  });
}

/// Here SQLite does not wait for others, whatever its busy_timeout: while several programs make a store, all but one
/// are turned away at first.
void use_write_ahead_log(Poco::Data::Session& session) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds{kBusyMilliseconds};
  while (true) {
    try {
      sql::select<std::string>(session, "PRAGMA journal_mode = WAL");
      return;
    } catch (const Poco::Data::SQLite::DBLockedException&) {
      if (std::chrono::steady_clock::now() > give_up) throw;
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace

StoreAddress parse_store_address(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("--store: expected a path or postgresql://…");
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    try {
      return postgresql_address(text);
    } catch (const Poco::Exception& error) {
      throw std::invalid_argument(fmt::format("--store: {}", error.displayText()));
    }
  }
  if (text.find("://") != std::string::npos)
    throw std::invalid_argument(fmt::format("--store {}: expected a path or postgresql://…", text));
  return {Kind::sqlite, text, text};
}

Store::Store(const StoreAddress& address) : kind_(address.kind), session_(open(address)) {
  sql::guarded(fmt::format("the store {} can't be used", address.shown), [&] {
    if (is_sqlite()) {
      std::error_code failed;
      std::filesystem::permissions(address.target,
                                   std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
      if (failed) throw StoreError(fmt::format("the store {} can't be used: {}", address.shown, failed.message()));
      sql::run(session_, fmt::format("PRAGMA busy_timeout = {}", kBusyMilliseconds));
      use_write_ahead_log(session_);
      sql::run(session_, "PRAGMA synchronous = FULL");  // a commit is on disk before anybody is told
      sql::run(session_, "PRAGMA cache_size = -8192");
      // In pages. Only should tidy_up() not keep up: a report that comes just then waits for it.
      sql::run(session_, "PRAGMA wal_autocheckpoint = 32000");
      sql::run(session_, "PRAGMA temp_store = MEMORY");
    } else {
      sql::run(session_, "SET client_min_messages = warning");
      sql::run(session_, "SET statement_timeout = '60s'");
      sql::run(session_, "SET lock_timeout = '10s'");
      sql::run(session_, "SET idle_in_transaction_session_timeout = '60s'");
    }
  });
}

int Store::is_too_late(void* give_up) {
  return std::chrono::steady_clock::now() > *static_cast<std::chrono::steady_clock::time_point*>(give_up) ? 1 : 0;
}

void Store::answer_within(std::chrono::seconds limit) {
  const bool is_first = give_up_ == nullptr;
  if (is_first) give_up_ = std::make_unique<std::chrono::steady_clock::time_point>();
  *give_up_ = std::chrono::steady_clock::now() + limit;
  if (!is_first) return;
  if (is_sqlite())
    sqlite3_progress_handler(Poco::Data::SQLite::Utility::dbHandle(session_), kStepsBetweenLooks, &is_too_late,
                             give_up_.get());
  else
    sql::guarded("the store does not answer",
                 [&] { sql::run(session_, fmt::format("SET statement_timeout = '{}s'", limit.count())); });
}

std::size_t Store::run_prepared(const std::string& text, const sql::Arguments& arguments) {
  auto& kept = prepared_[text];
  if (!kept) kept = std::make_unique<sql::Prepared>(session_, text, arguments);
  return kept->run(arguments);
}

}  // namespace patchstate
