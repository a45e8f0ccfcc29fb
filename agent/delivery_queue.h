// SPDX-License-Identifier: Apache-2.0
// Everything that waits for one endpoint, in order: until it is empty, or the endpoint wants to be left alone.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "agent/delivery.h"
#include "agent/delivery_state.h"
#include "agent/spool.h"

namespace patchstate {

enum class When { due, now };  ///< now: also when the last failure asked for more patience

struct QueueOptions {
  std::filesystem::path folder;                          ///< of the spool
  std::function<DeliveryResult(const Parcel&)> deliver;  ///< how one report gets to the endpoint
  Time now{};
  When when = When::due;
  double random_part = 0;  ///< for wait_after
  std::function<void(const DeliveryResult&)> on_result = [](const DeliveryResult&) {};
};

struct QueueResult {
  std::size_t accepted = 0;
  std::size_t rejected = 0;  ///< put aside
  std::size_t left = 0;
  Outcome last = Outcome::accepted;
  std::optional<Time> not_before;  ///< when something is left: the time for the next attempt
};

/// Each report is taken out of the spool only after it was delivered. Throws std::system_error when the spool can't
/// be read or changed; what was delivered by then may be sent again, the same, which an endpoint takes once.
QueueResult deliver_waiting(const QueueOptions& options);

}  // namespace patchstate
