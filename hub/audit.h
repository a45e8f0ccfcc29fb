// SPDX-License-Identifier: Apache-2.0
// Who did what: every change that a person makes, and every sign-in, succeeded or not.
#pragma once

#include <string>
#include <vector>

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

/// Part of the transaction that is open, if one is: what is done and what is noted are one.
void note(Store& store, const AuditEntry& entry);

struct AuditPage {
  std::vector<AuditEntry> entries;  ///< the newest first
  std::int64_t next = 0;            ///< `before` of the next page; 0: this was the last
};
AuditPage audit(Store& store, std::int64_t before, std::size_t limit);

}  // namespace patchstate
