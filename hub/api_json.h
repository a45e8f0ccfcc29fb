// SPDX-License-Identifier: Apache-2.0
// The hub's answers as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hub/fleet.h"
#include "hub/questions.h"

namespace patchstate {

std::string summary_json(const FleetCounts& counts, const std::vector<SystemCount>& systems, Time now);
std::string compliance_json(const FleetCounts& counts, Time at, Time now);
std::string hosts_json(const HostPage& page, Time now);
std::string host_json(const HostRecord& host, const std::vector<PendingRecord>& pending, Time now);
std::string history_json(const HostRecord& host, const std::vector<FormerState>& states,
                         const std::vector<PendingRecord>& pending, const std::vector<PendingRecord>& resolved,
                         Time now);
std::string updates_json(const UpdatePage& page);

/// RFC 4180; cells that a spreadsheet would run as a formula are prefixed with an apostrophe.
std::string hosts_csv(const std::vector<HostRecord>& hosts, Time now);

}  // namespace patchstate
