// SPDX-License-Identifier: Apache-2.0
// What each host lacks, since when, and since when no more.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "hub/report.h"
#include "hub/store.h"

namespace patchstate {

/// Of one transaction.
class PendingUpdates {
 public:
  explicit PendingUpdates(Store& store) : store_(store) {}

  struct Said {
    std::int64_t host = 0;
    std::int64_t at = 0;
    std::int64_t before = 0;  ///< when the host said the list that this one replaces
  };
  /// Makes `updates` the whole list of the host.
  void write(const std::vector<ReportedUpdate>& updates, const Said& said);
  /// On how many hosts each update is missing, once for all that was written.
  void write_counters();

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;  // source, patch id, version, origin
  struct Known {
    std::int64_t key = 0;
    std::string state;
    std::string installed;
    std::string details;  ///< severity, advisories and CVEs as the store has them
    bool seen = false;
  };
  using List = std::vector<const ReportedUpdate*>;

  static Key key_of(const ReportedUpdate& update);
  std::map<Key, Known> pending_of(std::int64_t host);
  void describe(const List& updates, std::int64_t at);
  void add_cves(const List& updates);
  void add(const List& updates, const Said& said);
  void resolve(const std::map<Key, Known>& known, const Said& said);
  void count(std::int64_t update_key, int difference);

  Store& store_;
  std::map<std::int64_t, int> counters_;
};

}  // namespace patchstate
