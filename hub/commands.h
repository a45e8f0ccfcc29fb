// SPDX-License-Identifier: Apache-2.0
// What an operator does at a terminal. Each returns the program's exit code, and prints.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/store.h"

namespace patchstate {

/// What a command begins with: the store, brought to this version. Throws StoreError.
Store opened(const StoreAddress& store);
/// What one that can't do it ends with: says so on standard error, and returns its exit code, 3.
int complain(std::string_view what);

struct TokenRequest {
  CredentialKind kind = CredentialKind::read;
  std::string name;
  std::string host_id;  ///< enrol only: for this host, also when it is enrolled already
  std::string scope = "read";
  std::int64_t uses = 1;
  std::chrono::seconds valid{};  ///< 0: for ever
};

int create_token(const StoreAddress& store, const TokenRequest& request);
int list_tokens(const StoreAddress& store);
int revoke_token(const StoreAddress& store, std::int64_t id);

int list_hosts(const StoreAddress& store);
int revoke_host(const StoreAddress& store, const std::string& id);
int remove_host(const StoreAddress& store, const std::string& id, Store::Keep keep);
int tag_host(const StoreAddress& store, const std::string& id, const std::vector<std::string>& tags);

enum class FleetFormat { table, json, nagios };
int show_fleet(const StoreAddress& store, FleetFormat format);

int migrate(const StoreAddress& store);
/// A copy that is consistent, made while hubs are serving. SQLite: a file; PostgreSQL: pg_dump's custom format.
int backup(const StoreAddress& store, const std::string& file);
/// Into a store that is empty or not there. Nothing is overwritten.
int restore(const StoreAddress& store, const std::string& file);

}  // namespace patchstate
