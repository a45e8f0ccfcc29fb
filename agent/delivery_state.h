// SPDX-License-Identifier: Apache-2.0
// How delivery to one endpoint is going: kept over restarts, beside its spool.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

struct DeliveryState {
  int failures = 0;                ///< in a row
  std::optional<Time> not_before;  ///< when to try next
  std::optional<Time> last_success;
  std::optional<Time> last_failure;
  std::string last_error;  ///< one line; empty once it works again
};

std::string to_text(const DeliveryState& state);
/// Total: a line that is not understood is as if it were not there; then it is tried at once, which is never wrong.
DeliveryState parse_delivery_state(std::string_view text);

/// Of the spool in `folder`. Throws std::system_error when it is there and can't be read.
DeliveryState read_delivery_state(const std::filesystem::path& folder);
void write_delivery_state(const std::filesystem::path& folder, const DeliveryState& state);

/// How long to wait after so many failures in a row: exponential with full jitter (a random part, in [0, 1), of a time
/// that doubles from 30 s up to an hour), so that a fleet does not come back in step. What the endpoint asked for
/// (Retry-After) is the least.
std::chrono::seconds wait_after(int failures, double random_part, std::optional<std::chrono::seconds> retry_after);

/// Whether to try now. A time further away than any wait was written by a clock that has been set back since.
bool is_due(const DeliveryState& state, Time now);

}  // namespace patchstate
