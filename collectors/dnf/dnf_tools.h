// SPDX-License-Identifier: Apache-2.0
// What asking dnf5, tdnf and yum by their commands has in common.
#pragma once

#include <string>
#include <vector>

#include "collectors/collector.h"
#include "collectors/dnf/dnf_snapshot.h"
#include "collectors/dnf/package_list_output.h"

namespace patchstate::dnf {

/// With a deadline, caps, and our own cache as the home of whatever it writes.
Command tool_command(const HostAccess& access, std::vector<std::string> argv);

/// Rows as candidates; `held`: those among them that are none yet are hidden by a setting.
void add_candidates(const std::vector<PackageRow>& rows, const std::vector<Replacement>& replacements, bool held,
                    Snapshot& snapshot);

/// Fills Snapshot::installed with what has the name of a candidate, and Snapshot::kernels. Throws CollectorError where
/// the database can't be read.
void read_installed(const HostAccess& access, Snapshot& snapshot);
/// One package into Snapshot::installed, and into Snapshot::kernels if it is one.
void add_installed(rpm::Nevra package, Snapshot& snapshot);

}  // namespace patchstate::dnf
