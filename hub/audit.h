// SPDX-License-Identifier: Apache-2.0
// Who did what: every change that a person makes, and every sign-in, succeeded or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hub/sql.h"
#include "hub/store.h"

namespace patchstate {

struct AuditEntry {
  std::int64_t entry = 0;
  Time at{};
  std::string who;     ///< name of a person; "operator" for what was done at the hub's own terminal
  std::string action;  ///< a stable word, like "sign_in", "risk_accepted"
  std::string target;  ///< what it was done to: a name or id
  std::string detail;  ///< for people
  std::string peer;    ///< address it came from; empty: the terminal
};

/// Who does something: a person, or the operator.
struct Actor {
  std::string name;
  std::string peer;
};
constexpr std::string_view kOperator = "operator";  ///< whoever is at the hub's own terminal

/// Part of the transaction that is open, if one is: what is done and what is noted are one.
void note(Store& store, const AuditEntry& entry);
/// `work` and a note of it, both or neither; none where it returns false. It may still say in `entry` what it did.
template <class Work>
bool do_and_note(Store& store, const AuditEntry& entry, Work&& work) {
  return sql::guarded("the store could not be changed", [&] {
    sql::Transaction transaction(store);
    if (!work()) return false;
    note(store, entry);
    transaction.commit();
    return true;
  });
}

struct AuditPage {
  std::vector<AuditEntry> entries;  ///< the newest first
  std::int64_t next = 0;            ///< `before` of the next page; 0: this was the last
};
void forget_notes_before(Store& store, Time before);
AuditPage audit(Store& store, std::int64_t before, std::size_t limit);

}  // namespace patchstate
