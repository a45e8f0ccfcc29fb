// SPDX-License-Identifier: Apache-2.0
// Assessments in SQL: one class for SQLite and PostgreSQL, over Poco::Data. One Store is one connection, for one
// thread. Times are seconds since 1970, 0 for "none"; text is never NULL.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <Poco/Data/Session.h>

#include "hub/report.h"
#include "hub/sql.h"

namespace patchstate {

using Time = std::chrono::sys_seconds;

/// What `--store` says: a path (SQLite) or "postgresql://[user@]host[:port]/database".
struct StoreAddress {
  enum class Kind { sqlite, postgresql };
  Kind kind = Kind::sqlite;
  std::string target;  ///< a path, or libpq's "host=… port=…"
  std::string shown;   ///< for messages: without a password
};
/// Throws std::invalid_argument.
StoreAddress parse_store_address(const std::string& text);

/// The store can't do it now: locked, gone, full. Nothing of what was asked for has happened.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Accepted { yes, unauthorized, forbidden, unknown_host };

/// What became of one report. `send_full`: a heartbeat that repeats what this hub does not have.
struct Recorded {
  Accepted accepted = Accepted::unauthorized;
  bool send_full = false;
};

/// A report on its way into the store: who sent it, and when.
struct Incoming {
  Report report;
  std::string key_hash;      ///< SHA-256 of the bearer key; empty: identified otherwise
  std::string host_by_cert;  ///< host id that a verified client certificate names
  Time received{};
  std::chrono::seconds clock_skew{};  ///< hub's clock minus the host's, by the Date of the request
};

struct RecordPolicy {
  int silent_after = 3;  ///< of its own intervals without a word, then a host is not reporting
  std::chrono::seconds max_metadata_age = std::chrono::hours{48};
};

enum class CredentialKind { enrol, host, read };
struct Credential {
  std::int64_t id = 0;
  std::string kind;
  std::string name;
  std::string host_id;
  std::string scopes;
  Time created{};
  Time expires{};  ///< epoch: never
  std::int64_t uses_left = 0;
  Time revoked{};
};

class Store {
 public:
  /// Opens, does not migrate. Throws StoreError.
  explicit Store(const StoreAddress& address);

  // --- schema (store_schema.cpp) ---
  /// Brings the tables to this version; safe with several hubs starting at once. Throws StoreError when the store is of
  /// a later version that this program can't read.
  void migrate();
  int schema_version();
  void ping();

  // --- what hosts send (store_record.cpp) ---
  /// All or nothing, in one transaction that is durable when this returns. Answers in the order of `incoming`.
  std::vector<Recorded> record(std::span<const Incoming> incoming, const RecordPolicy& policy);

  // --- who may (store_identity.cpp) ---
  struct NewCredential {
    CredentialKind kind = CredentialKind::read;
    std::string hash;
    std::string name;
    std::string host_id;
    std::string scopes;
    Time created{};
    Time expires{};
    std::int64_t uses = 0;
  };
  std::int64_t add_credential(const NewCredential& credential);
  std::vector<Credential> credentials();
  /// False when there is none of that number, or it is revoked already.
  bool revoke_credential(std::int64_t id, Time now);
  /// Scopes of a read token that is valid now; nullopt for any other.
  std::optional<std::string> scopes_of(const std::string& hash, Time now);
  /// Host id of a host key that is valid now.
  std::optional<std::string> host_of_key(const std::string& hash);
  /// Revoked or removed, so that its certificate, which is still valid, must not bring it back.
  bool is_barred(const std::string& host_id);
  /// One use of an enrolment token. `new_key_hash` replaces every earlier key of that host. False: the token is
  /// unknown, used up, expired or revoked, or it may not enrol a host that is enrolled already.
  bool enrol(const std::string& token_hash, const std::string& host_id, const std::string& new_key_hash, Time now);
  /// Its keys and its certificate are taken no more, until it enrols again. It still counts in the fleet.
  /// False when there is no such host.
  bool revoke_host(const std::string& host_id, Time now);
  /// Its key in the tables, also when it was removed; nullopt: it was never enrolled, or is forgotten.
  std::optional<std::int64_t> key_of_host(const std::string& host_id);
  /// Revoked, and out of the fleet from now on; with Keep::history it stays in the fleet's past. False when there is no
  /// such host.
  enum class Keep { history, nothing };
  bool remove_host(const std::string& host_id, Keep keep, Time now);

  // --- upkeep (store_upkeep.cpp) ---
  /// Deletes at most `rows` of what is older, reports and history each; how many it deleted.
  std::size_t delete_reports_before(Time before, std::size_t rows);
  std::size_t delete_history_before(Time before, std::size_t rows);
  /// SQLite: takes what was committed from its log into its file, while others go on reading and writing.
  void tidy_up();

  /// From now on a statement that takes longer is a StoreError; in SQLite all until the next call together. Without it,
  /// PostgreSQL ends a statement after 60 s and SQLite never does: a backup takes as long as it takes.
  void answer_within(std::chrono::seconds limit);

  Poco::Data::Session& session() { return session_; }
  /// Runs a statement that is kept prepared.
  std::size_t run_prepared(const std::string& text, const std::vector<sql::Argument>& arguments);
  /// The same for a question; the same text always with the same columns.
  template <class... Columns>
  std::vector<std::tuple<Columns...>> select_prepared(const std::string& text,
                                                      const std::vector<sql::Argument>& arguments) {
    using Select = sql::PreparedSelect<Columns...>;
    auto& kept = prepared_[text];
    if (!kept) kept = std::make_unique<Select>(session_, text, arguments);
    return dynamic_cast<Select&>(*kept).rows(arguments);
  }
  /// Rows of `updates` by the identity of what hosts report (report.h): a whole fleet lacks mostly the same. Only of
  /// committed transactions; a row is never deleted, and its key never changes.
  struct KnownUpdate {
    std::int64_t key = 0;
    std::uint64_t details = 0;
  };
  using KnownUpdates = std::unordered_map<std::uint64_t, KnownUpdate>;
  KnownUpdates& known_updates() { return known_updates_; }
  bool is_sqlite() const { return kind_ == StoreAddress::Kind::sqlite; }

 private:
  friend class sql::Transaction;
  static int is_too_late(void* give_up);

  StoreAddress::Kind kind_;
  Poco::Data::Session session_;
  std::unique_ptr<std::chrono::steady_clock::time_point> give_up_;  ///< SQLite keeps its address; null: no limit yet
  std::map<std::string, std::unique_ptr<sql::Prepared>> prepared_;
  KnownUpdates known_updates_;
  bool in_transaction_ = false;
};

}  // namespace patchstate
