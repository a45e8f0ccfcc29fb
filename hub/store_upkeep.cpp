// SPDX-License-Identifier: Apache-2.0
// Retention, in steps so small that no report waits for one.
#include <fmt/core.h>

#include "hub/sql.h"
#include "hub/store.h"

namespace patchstate {

std::size_t Store::delete_reports_before(Time before, std::size_t rows) {
  return sql::guarded("old reports could not be deleted", [&] {
    // The newest of each host stays whatever its age: it is the evidence for the present state.
    return sql::run(
        session_,
        fmt::format(
            "DELETE FROM reports WHERE (host, activity_id) IN (SELECT r.host, r.activity_id FROM reports r LEFT "
            "JOIN hosts h ON h.host = r.host AND h.activity_id = r.activity_id WHERE r.received < "
            "$1 AND h.host IS NULL ORDER BY r.received LIMIT {})",
            rows),
        {sql::seconds(before)});
  });
}

std::size_t Store::delete_history_before(Time before, std::size_t rows) {
  return sql::guarded("old history could not be deleted", [&] {
    const sql::Arguments arguments{sql::seconds(before)};
    std::size_t deleted = sql::run(
        session_,
        fmt::format("DELETE FROM states WHERE (host, since) IN (SELECT host, since FROM states WHERE until < $1 "
                    "ORDER BY until LIMIT {})",
                    rows),
        arguments);
    deleted += sql::run(session_,
                        fmt::format("DELETE FROM pending WHERE (host, resolved, update_key) IN (SELECT host, resolved, "
                                    "update_key FROM pending WHERE resolved > 0 AND resolved < $1 LIMIT {})",
                                    rows),
                        arguments);
    sql::run(session_, "DELETE FROM fleet_days WHERE day < $1", arguments);
    // In the order in which reports lock them.
    sql::run(session_,
             fmt::format("DELETE FROM missing WHERE update_key IN (SELECT update_key FROM missing WHERE hosts = 0 "
                         "ORDER BY update_key LIMIT {}{})",
                         rows, is_sqlite() ? "" : " FOR UPDATE"));
    return deleted;
  });
}

void Store::tidy_up() {
  if (is_sqlite())
    sql::guarded("the store could not be tidied up",
                 [&] { sql::select<std::int64_t>(session_, "PRAGMA wal_checkpoint(PASSIVE)"); });
}

}  // namespace patchstate
