// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "collectors/collector.h"

namespace patchstate::apt {

/// The system's own `apt-get update`, with the lists lock waited for within `deadline`.
RefreshResult refresh_apt(const HostAccess& access, std::chrono::milliseconds deadline);

}  // namespace patchstate::apt
