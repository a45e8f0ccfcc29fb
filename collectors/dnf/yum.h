// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collectors/collector.h"
#include "collectors/dnf/dnf_snapshot.h"

namespace patchstate::dnf {

/// Asks yum 3 (RHEL and CentOS 7) by its text: best effort, and said so (Detail::text). Throws CollectorError.
Snapshot ask_yum(const HostAccess& access, const std::string& program);

}  // namespace patchstate::dnf
