// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "collectors/collector.h"

namespace patchstate::zypper {

/// The running system's own `zypper refresh`; half of `deadline` at most is spent waiting for another zypper.
RefreshResult refresh_zypper(const HostAccess& access, std::chrono::milliseconds deadline);

}  // namespace patchstate::zypper
