// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collectors/collector.h"
#include "collectors/dnf/dnf_snapshot.h"

namespace patchstate::dnf {

/// Asks dnf5 by its commands: JSON where its version has it (check-upgrade since 5.4, advisory info since 5.2.9), text
/// where not. From the system's cache, without locks, whoever asks. Throws CollectorError.
Snapshot ask_dnf5(const HostAccess& access, const std::string& program);

}  // namespace patchstate::dnf
