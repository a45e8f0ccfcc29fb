// SPDX-License-Identifier: Apache-2.0
#include "hub/audit.h"

#include <fmt/core.h>

#include "hub/sql.h"

namespace patchstate {

void note(Store& store, const AuditEntry& entry) {
  sql::guarded("the audit log could not be written", [&] {
    sql::run(store.session(),
             "INSERT INTO audit (at, who, action, target, detail, peer) VALUES ($1, $2, $3, $4, $5, $6)",
             {sql::seconds(entry.at), entry.who, entry.action, entry.target, entry.detail, entry.peer});
  });
}

void forget_notes_before(Store& store, Time before) {
  sql::guarded("old notes could not be deleted",
               [&] { sql::run(store.session(), "DELETE FROM audit WHERE at < $1", {sql::seconds(before)}); });
}

AuditPage audit(Store& store, std::int64_t before, std::size_t limit) {
  return sql::guarded("the audit log can't be read", [&] {
    AuditPage page;
    const auto rows =
        sql::select<std::int64_t, std::int64_t, std::string, std::string, std::string, std::string, std::string>(
            store.session(),
            fmt::format(
                "SELECT entry, at, who, action, target, detail, peer FROM audit WHERE $1 = 0 OR entry < $1 ORDER BY "
                "entry DESC LIMIT {}",
                limit + 1),
            {before});
    for (const auto& [entry, at, who, action, target, detail, peer] : rows)
      page.entries.push_back({entry, sql::time_of(at), who, action, target, detail, peer});
    if (page.entries.size() > limit) {
      page.entries.pop_back();
      page.next = page.entries.back().entry;
    }
    return page;
  });
}

}  // namespace patchstate
