// SPDX-License-Identifier: Apache-2.0
// When patchstate-solv-probe may complete what dnf5's check-upgrade says, by rules that are pure:
// docs/decisions/0020-libsolv-beside-dnf5.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/dnf/dnf5_probe_output.h"
#include "collectors/dnf/dnf_snapshot.h"
#include "collectors/dnf/package_list_output.h"

namespace patchstate::dnf {

/// Keys in dnf.conf, in a file beside it or in a .repo file that are not known to leave the answer as it is; lines that
/// are no settings, too. Total.
std::vector<std::string> unusual_settings(std::string_view text);

/// Why only dnf5 can say the rest, `upgrades` being the whole list of its check-upgrade; empty: the answer is dnf5's.
std::string needs_dnf5(const Dnf5ProbeAnswer& answer, const PackageList& upgrades);
/// What is installed, the plan, the advisories, and who answered. `upgrades` are not in it.
void take(Dnf5ProbeAnswer answer, Snapshot& snapshot);

}  // namespace patchstate::dnf
