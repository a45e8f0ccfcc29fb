// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "collectors/apt/apt_snapshot.h"
#include "collectors/collector.h"

namespace patchstate::apt {

/// Asks apt's own commands (dpkg-query, apt-get, apt-cache), where the probe is not installed. Throws CollectorError.
Snapshot ask_apt(const HostAccess& access);
/// With another program than this one for apt's JSON hook (apt_hook.h); empty: without the hook.
Snapshot ask_apt(const HostAccess& access, const std::filesystem::path& hook_program);

}  // namespace patchstate::apt
