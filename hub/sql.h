// SPDX-License-Identifier: Apache-2.0
// What Poco::Data asks for at each call, once; and the few words in which SQLite and PostgreSQL differ.
#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include <Poco/Data/LOB.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include "assessment/assessment.h"

namespace patchstate {
class Store;
}

namespace patchstate::sql {

/// What goes into a {blob} column.
struct Bytes {
  std::string bytes;
};
using Argument = std::variant<std::int64_t, std::string, Bytes>;
using Arguments = std::vector<Argument>;

inline std::int64_t seconds(Time time) {
  return time.time_since_epoch().count();
}
inline Time time_of(std::int64_t value) {
  return Time(std::chrono::seconds(value));
}

/// Placeholders are $1, $2, … in both, whatever order they stand in; SQLite counts only those that are spelt ?1.
std::string spelt(Poco::Data::Session& session, std::string text);
/// Each argument is bound in that order.
void bind_all(Poco::Data::Statement& statement, const Arguments& arguments);
/// Rows that were read column by column.
template <class... Columns>
std::vector<std::tuple<Columns...>> taken_from(std::tuple<std::vector<Columns>...>& columns) {
  std::vector<std::tuple<Columns...>> rows;
  const std::size_t count = std::get<0>(columns).size();
  rows.reserve(count);
  for (std::size_t row = 0; row < count; ++row)
    std::apply([&](auto&... column) { rows.emplace_back(std::move(column[row])...); }, columns);
  return rows;
}

/// A statement that is prepared once and run often, always with arguments of the same types.
class Prepared {
 public:
  Prepared(Poco::Data::Session& session, const std::string& text, const Arguments& first);
  virtual ~Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  std::size_t run(const Arguments& arguments);

 protected:
  Poco::Data::Statement& statement() { return statement_; }

 private:
  std::deque<std::int64_t> numbers_;  // the statement keeps references
  std::deque<std::string> texts_;
  std::deque<Poco::Data::BLOB> blobs_;
  Poco::Data::Statement statement_;
};

/// Rows changed, or inserted.
std::size_t run(Poco::Data::Session& session, const std::string& text, const Arguments& arguments = {});

/// `column` in a condition for which SQLite shall read no index: a sign keeps it from one. PostgreSQL decides by what
/// it knows of the column, which it does not know of a sum.
std::string by_no_index(const Store& store, std::string_view column);

/// A table of rows given as one JSON text ([[1,"a"],[2,"b"]]), so that a whole batch is one statement: columns of the
/// names `names`, those that end in '#' are numbers. To be used as "FROM {rows} AS j".
std::string rows(const Store& store, int placeholder, std::initializer_list<std::string_view> names);

/// Types of columns: std::int64_t, std::string, Poco::Data::BLOB.
template <class... Columns>
class PreparedSelect : public Prepared {
 public:
  PreparedSelect(Poco::Data::Session& session, const std::string& text, const Arguments& first)
      : Prepared(session, text, first) {
    using namespace Poco::Data::Keywords;
    std::apply([&](auto&... column) { (statement().addExtract(into(column)), ...); }, columns_);
  }
  std::vector<std::tuple<Columns...>> rows(const Arguments& arguments) {
    std::apply([](auto&... column) { (column.clear(), ...); }, columns_);
    run(arguments);
    return taken_from(columns_);
  }

 private:
  std::tuple<std::vector<Columns>...> columns_;
};

/// All rows of a query with columns of the types `Columns` (std::int64_t or std::string), as tuples.
template <class... Columns>
std::vector<std::tuple<Columns...>> select(Poco::Data::Session& session, const std::string& text,
                                           const Arguments& arguments = {}) {
  using namespace Poco::Data::Keywords;
  std::tuple<std::vector<Columns>...> columns;
  Poco::Data::Statement statement(session);
  statement << spelt(session, text);
  std::apply([&](auto&... column) { (statement.addExtract(into(column)), ...); }, columns);
  bind_all(statement, arguments);
  statement.execute();
  return taken_from(columns);
}

/// Begin, and roll back unless committed. In SQLite it takes the write lock at once: a transaction that begins by
/// reading can't fail half-way because another one wrote. Inside another one it is a part of that.
class Transaction {
 public:
  explicit Transaction(Store& store);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Store& store_;
  bool is_part_;
  bool open_ = true;
};

/// Turns the database library's exception that is being handled into a StoreError.
[[noreturn]] void rethrow(std::string_view what);

/// Runs `work`; what the database library throws comes out as StoreError.
template <class Work>
auto guarded(std::string_view what, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const Poco::Exception&) {
    rethrow(what);
  }
}

}  // namespace patchstate::sql
