// SPDX-License-Identifier: Apache-2.0
// What a run says when it found the state that the report before it told of: who, when, and which state still holds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

struct Heartbeat {
  std::string activity_id;
  Time last_modified{};
  std::string host_id;
  std::string agent_version;
  std::optional<std::chrono::seconds> interval;
  std::string state_hash;
  std::optional<Time> metadata_checked;  ///< oldest successful check of any source; nullopt: none tells
};

Heartbeat heartbeat_of(const Assessment& assessment);

/// Less than 1 KiB.
std::string to_json(const Heartbeat& heartbeat);
/// nullopt: it is something else, a full report for one, or damaged.
std::optional<Heartbeat> heartbeat_from_json(std::string_view json);

/// The full report as that run would have made it, from the earlier one with the same state. What a heartbeat does not
/// say of each source, when it was checked, is then the least that it can be.
void bring_up_to(Assessment& assessment, const Heartbeat& heartbeat);

}  // namespace patchstate
