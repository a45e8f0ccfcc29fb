// SPDX-License-Identifier: Apache-2.0
#include "hub/filters.h"

#include <fmt/core.h>

#include "hub/sql.h"

namespace patchstate {
namespace {

constexpr std::size_t kMost = 100;

std::vector<SavedFilter> select(Store& store, const std::string& condition, const sql::Arguments& arguments) {
  return sql::guarded("the saved filters can't be read", [&] {
    std::vector<SavedFilter> list;
    for (const auto& [id, name, query, created, created_by] :
         sql::select<std::int64_t, std::string, std::string, std::int64_t, std::string>(
             store.session(), "SELECT filter, name, query, created, created_by FROM filters " + condition, arguments))
      list.push_back({id, name, query, sql::time_of(created), created_by});
    return list;
  });
}

}  // namespace

std::vector<SavedFilter> saved_filters(Store& store) {
  return select(store, "ORDER BY name", {});
}

std::optional<SavedFilter> find_filter(Store& store, std::int64_t id) {
  auto found = select(store, "WHERE filter = $1", {id});
  if (found.empty()) return std::nullopt;
  return std::move(found[0]);
}

std::string save_filter(Store& store, const SavedFilter& filter, const Actor& by, Time now) {
  if (filter.name.empty() || filter.query.empty()) return "a filter needs a name, and something to filter by";
  if (saved_filters(store).size() >= kMost) return fmt::format("{} filters are saved already: delete one first", kMost);
  const bool saved = do_and_note(store, {0, now, by.name, "filter_saved", filter.name, filter.query, by.peer}, [&] {
    return sql::run(
               store.session(),
               "INSERT INTO filters (name, query, created, created_by) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO "
               "NOTHING",
               {filter.name, filter.query, sql::seconds(now), by.name}) == 1;
  });
  return saved ? std::string() : fmt::format("there is a filter \"{}\" already", filter.name);
}

void delete_filter(Store& store, const SavedFilter& filter, const Actor& by, Time now) {
  do_and_note(store, {0, now, by.name, "filter_deleted", filter.name, filter.query, by.peer},
              [&] { return sql::run(store.session(), "DELETE FROM filters WHERE filter = $1", {filter.id}) == 1; });
}

}  // namespace patchstate
