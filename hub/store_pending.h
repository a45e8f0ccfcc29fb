// SPDX-License-Identifier: Apache-2.0
// What each host lacks, since when, and since when no more.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "hub/report.h"
#include "hub/sql_rows.h"
#include "hub/store.h"

namespace patchstate {

/// Of one transaction. Lists are compared one by one and written together: an update that a thousand hosts begin to
/// lack in one batch is looked up once.
class PendingUpdates {
 public:
  explicit PendingUpdates(Store& store) : store_(store) {}

  struct Said {
    std::int64_t host = 0;
    std::int64_t at = 0;
    std::int64_t before = 0;  ///< when the host said the list that this one replaces
    std::int64_t skew = 0;    ///< the hub's clock minus the host's
  };
  /// Makes `updates`, which must live until `flush`, the whole list of the host. Returns since when the oldest security
  /// update has been pending, 0 when none is. An update keeps the time that was kept when the hub first heard of it: a
  /// host that forgets, or whose clock is wrong, does not make it younger.
  std::int64_t write(const std::vector<ReportedUpdate>& updates, const Said& said);
  /// What these hosts lack so far, as JSON rows of their keys; before anything is written of them.
  void read_lists(const std::string& hosts);
  void flush();
  /// After the transaction has been committed, and not before: the next one need not look up what this one did.
  void remember();

 private:
  /// One pending update of a host. A host's list is these, one after the other, as the machine has them in memory; all
  /// hubs of one store are machines of one kind.
  struct Entry {
    std::uint64_t identity = 0;
    std::uint64_t standing = 0;
    std::uint64_t details = 0;
    std::int64_t key = 0;      ///< of the row in `updates`; 0: not known yet
    std::int64_t missing = 0;  ///< 1: its state counts as missing
    std::int64_t first_seen = 0;
  };
  struct Fresh {
    const ReportedUpdate* update;
    std::int64_t host;
    std::int64_t first_seen;
    std::int64_t at;
  };
  struct Described {
    const ReportedUpdate* update;
    std::int64_t first_seen;
  };

  void resolve(const Entry& gone, const Said& said);
  void describe();
  void add_cves();
  void find_keys();
  void add_fresh();
  void write_resolved();
  void write_lists();
  void write_counters();
  void count(std::int64_t update_key, std::int64_t difference);
  bool is_known(const ReportedUpdate& update) const;

  Store& store_;
  std::map<std::int64_t, std::vector<Entry>> before_;  ///< by host, as they were
  std::map<std::int64_t, std::vector<Entry>> lists_;   ///< by host, as this transaction leaves them
  std::map<std::int64_t, std::int64_t> counters_;
  std::unordered_map<std::uint64_t, Described> described_;  ///< new, or something else is said of it now
  std::unordered_map<std::uint64_t, std::int64_t> keys_;    ///< by identity
  Store::KnownUpdates learnt_;                              ///< for `remember`
  std::vector<Fresh> fresh_;
  sql::Rows changed_;
  sql::Rows resolved_;
};

}  // namespace patchstate
