// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/apt/apt_snapshot.h"
#include "collectors/collector.h"

namespace patchstate::apt {

/// Asks apt's own commands (dpkg-query, apt-get, apt-cache), where the probe is not installed. Throws CollectorError.
Snapshot ask_apt(const HostAccess& access);

}  // namespace patchstate::apt
