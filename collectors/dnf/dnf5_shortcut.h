// SPDX-License-Identifier: Apache-2.0
// patchstate-solv-probe, asked beside dnf5's check-upgrade in place of its other commands.
#pragma once

#include "collectors/collector.h"
#include "collectors/dnf/dnf_snapshot.h"
#include "collectors/dnf/package_list_output.h"

namespace patchstate::dnf {

/// Fills what is installed, the advisories, the plan, the repositories and who answered, and returns true; or leaves
/// `snapshot` as it is, because dnf5 has to be asked: the probe is not there, fails, or may say something else than
/// dnf5 would (dnf5_fast_path). `cache` is dnf5's below the root. Never throws for what the probe or its answer is.
bool ask_probe(const HostAccess& access, const std::string& cache, const PackageList& upgrades, Snapshot& snapshot);

}  // namespace patchstate::dnf
