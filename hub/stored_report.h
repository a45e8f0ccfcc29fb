// SPDX-License-Identifier: Apache-2.0
// The newest full report of a host, as it was sent.
#pragma once

#include <optional>
#include <string>

#include "hub/fleet.h"
#include "hub/store.h"

namespace patchstate {

/// Its JSON; nullopt: none is kept. Throws std::runtime_error where what is kept is no report.
std::optional<std::string> newest_report_text(Store& store, const HostRecord& host);

}  // namespace patchstate
