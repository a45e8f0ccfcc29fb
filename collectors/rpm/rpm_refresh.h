// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "collectors/collector.h"

namespace patchstate::rpm {

/// Runs the tool's own command that fetches metadata, within `deadline`, which the tool's waiting for locks is part of.
/// An exit code other than 0 is a refresh that failed, whatever was fetched.
RefreshResult refresh_by(const HostAccess& access, Command command, std::chrono::milliseconds deadline);

}  // namespace patchstate::rpm
