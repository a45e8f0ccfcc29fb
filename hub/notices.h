// SPDX-License-Identifier: Apache-2.0
// What in the fleet is worth telling somebody, once. docs/notifications.md.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "hub/store.h"

namespace patchstate {

struct NoticePolicy {
  std::vector<std::string> destinations;  ///< as they are shown; at least one
  std::chrono::seconds overdue_after = std::chrono::hours{24 * 14};
};

/// Queues notices of what is new since anybody looked, for each destination. Several hubs may look at once: each change
/// is told by one of them. Throws StoreError.
void look_for_news(Store& store, const NoticePolicy& policy, Time now);

/// Queues one that says only that it arrives.
void queue_test(Store& store, const std::vector<std::string>& destinations, const std::string& who, Time now);

}  // namespace patchstate
