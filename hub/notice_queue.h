// SPDX-License-Identifier: Apache-2.0
// Notices on their way: once for each destination, kept in the store until they are taken or given up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/fleet.h"
#include "hub/store.h"

namespace patchstate {

/// What is told. One of a few kinds (docs/notifications.md): host_noncompliant, update_overdue, host_silent,
/// all_compliant, test.
struct Notice {
  struct Host {
    std::string id;
    std::string hostname;
    Time since{};  ///< of what is told; epoch: not known
    std::int64_t security = 0;
  };
  std::string kind;
  std::string text;         ///< one sentence, for people
  std::int64_t hosts = 0;   ///< it is of so many
  std::vector<Host> named;  ///< the first of them
};

/// Part of the transaction that is open, if one is. `destinations` as they are shown.
void queue_notice(Store& store, const Notice& notice, const FleetCounts& counts,
                  const std::vector<std::string>& destinations, Time now);

/// Names in a sentence: chat programs take some characters for commands ("<!channel>", "@everyone").
std::string harmless(std::string_view name);

struct QueuedNotice {
  std::int64_t notice = 0;
  std::string id;
  std::string kind;
  std::string destination;
  std::string body;
  std::int64_t hosts = 0;
  Time created{};
  Time next_try{};
  Time ended{};  ///< taken or given up; epoch: on its way
  bool delivered = false;
  std::int64_t tries = 0;  ///< with the one that is being made
  std::string answer;      ///< to the last one
};

/// One that is due, for this caller alone: nobody else gets it before its next try is due. nullopt: there is none.
std::optional<QueuedNotice> claim_notice(Store& store, const std::string& destination, Time now);
void notice_taken(Store& store, const QueuedNotice& notice, const std::string& answer, Time now);
/// Put off, or given up when it is three days old; whether it was given up.
bool notice_failed(Store& store, const QueuedNotice& notice, const std::string& answer,
                   std::chrono::seconds retry_after, Time now);
/// Puts the next try off, for what was interrupted: it counts as none.
void notice_put_back(Store& store, const QueuedNotice& notice, Time now);
/// The newest first, without their bodies.
std::vector<QueuedNotice> latest_notices(Store& store, std::size_t limit);
void forget_old_notices(Store& store, Time now);

}  // namespace patchstate
