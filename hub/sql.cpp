// SPDX-License-Identifier: Apache-2.0
#include "hub/sql.h"

#include <mutex>

#include <Poco/Data/DataException.h>
#include <Poco/Exception.h>
#include <fmt/core.h>

#include "hub/store.h"

namespace patchstate::sql {

namespace {

using Poco::Data::BLOB;

BLOB blob_of(const Bytes& bytes) {
  return BLOB(reinterpret_cast<const unsigned char*>(bytes.bytes.data()), bytes.bytes.size());
}

void bind_one(Poco::Data::Statement& statement, const Argument& argument) {
  using Poco::Data::Keywords::bind;
  if (const auto* number = std::get_if<std::int64_t>(&argument))
    statement.addBind(bind(*number));
  else if (const auto* text = std::get_if<std::string>(&argument))
    statement.addBind(bind(*text));
  else
    statement.addBind(bind(blob_of(std::get<Bytes>(argument))));
}

/// Keeps it for ever. When a statement for PostgreSQL that has run before fails, Poco 1.11 holds on to the result of
/// the run before, which it has freed, and frees it again in the statement's destructor.
void abandon(const Poco::Data::Statement& statement) {
  static std::mutex mutex;
  static auto* const abandoned = new std::deque<Poco::Data::Statement>;  // so that not even exit() destroys them
  const std::lock_guard lock(mutex);
  abandoned->push_back(statement);
}

}  // namespace

std::string spelt(Poco::Data::Session& session, std::string text) {
  if (session.impl()->connectorName() != "sqlite") return text;
  for (std::size_t at = 0; at + 1 < text.size(); ++at)
    if (text[at] == '$' && text[at + 1] >= '1' && text[at + 1] <= '9') text[at] = '?';
  return text;
}

void bind_all(Poco::Data::Statement& statement, const Arguments& arguments) {
  for (const auto& argument : arguments) bind_one(statement, argument);
}

Prepared::Prepared(Poco::Data::Session& session, const std::string& text, const Arguments& first)
    : statement_(session) {
  using Poco::Data::Keywords::use;
  statement_ << spelt(session, text);
  for (const auto& argument : first)
    if (std::holds_alternative<std::int64_t>(argument))
      statement_.addBind(use(numbers_.emplace_back()));
    else if (std::holds_alternative<std::string>(argument))
      statement_.addBind(use(texts_.emplace_back()));
    else
      statement_.addBind(use(blobs_.emplace_back()));
}

std::size_t Prepared::run(const Arguments& arguments) {
  auto number = numbers_.begin();
  auto text = texts_.begin();
  auto blob = blobs_.begin();
  for (const auto& argument : arguments)
    if (const auto* value = std::get_if<std::int64_t>(&argument))
      *number++ = *value;
    else if (const auto* words = std::get_if<std::string>(&argument))
      *text++ = *words;
    else
      *blob++ = blob_of(std::get<Bytes>(argument));
  try {
    return statement_.execute();
  } catch (const Poco::Exception&) {
    abandon(statement_);
    throw;
  }
}

std::size_t run(Poco::Data::Session& session, const std::string& text, const Arguments& arguments) {
  Poco::Data::Statement statement(session);
  statement << spelt(session, text);
  bind_all(statement, arguments);
  return statement.execute();
}

std::string by_no_index(const Store& store, std::string_view column) {
  return (store.is_sqlite() ? "+" : "") + std::string(column);
}

std::string rows(const Store& store, int placeholder, std::initializer_list<std::string_view> names) {
  std::string columns;
  int index = 0;
  for (std::string_view name : names) {
    const bool number = name.back() == '#';
    if (number) name.remove_suffix(1);
    if (!columns.empty()) columns += ", ";
    if (store.is_sqlite())
      columns += fmt::format("json_extract(value, '$[{}]') AS {}", index, name);
    else if (number)
      columns += fmt::format("(value->>{})::bigint AS {}", index, name);
    else
      columns += fmt::format("value->>{} AS {}", index, name);
    ++index;
  }
  if (store.is_sqlite()) return fmt::format("(SELECT {} FROM json_each(${}))", columns, placeholder);
  return fmt::format("(SELECT {} FROM json_array_elements(${}::json) AS list(value))", columns, placeholder);
}

Transaction::Transaction(Store& store) : store_(store), is_part_(store.in_transaction_) {
  if (is_part_) return;
  run(store.session(), store.is_sqlite() ? "BEGIN IMMEDIATE" : "BEGIN");
  store.in_transaction_ = true;
}

Transaction::~Transaction() {
  if (!open_ || is_part_) return;
  store_.in_transaction_ = false;
  try {
    run(store_.session(), "ROLLBACK");
  } catch (const Poco::Exception&) {
    return;  // the connection is gone, and the transaction with it
  }
}

void Transaction::commit() {
  if (is_part_) return;
  run(store_.session(), "COMMIT");
  store_.in_transaction_ = false;
  open_ = false;
}

void rethrow(std::string_view what) {
  try {
    throw;
  } catch (const Poco::Exception& error) {
    throw StoreError(fmt::format("{}: {}", what, error.displayText()));
  }
}

}  // namespace patchstate::sql
