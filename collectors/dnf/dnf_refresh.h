// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "collectors/collector.h"

namespace patchstate::dnf {

/// The running system's own `makecache` of dnf5, dnf, tdnf or yum, whichever it has. While another one holds their lock
/// it waits, within `deadline`.
RefreshResult refresh_dnf(const HostAccess& access, std::chrono::milliseconds deadline);

}  // namespace patchstate::dnf
