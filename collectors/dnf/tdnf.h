// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collectors/collector.h"
#include "collectors/dnf/dnf_snapshot.h"

namespace patchstate::dnf {

/// Asks tdnf (Azure Linux, Photon) by its JSON, and reads the advisories from its cache, because its own list of them
/// has neither severity nor CVEs. Throws CollectorError.
Snapshot ask_tdnf(const HostAccess& access, const std::string& program);

}  // namespace patchstate::dnf
