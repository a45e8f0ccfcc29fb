// SPDX-License-Identifier: Apache-2.0
// All rules about dnf, tdnf and yum, pure: which advisories an update brings, what it is, in which state.
#pragma once

#include <string>

#include "assessment/assessment.h"
#include "collectors/dnf/dnf_snapshot.h"

namespace patchstate::dnf {

/// The world beside the tool's own answer, read by the collector.
struct Surroundings {
  std::string os_id;           ///< os-release ID, for the purl
  std::string kernel_running;  ///< empty: nothing of this root runs, or a container's host does
  Time now{};
  std::string pinned_release{};  ///< what the variable releasever was set to by somebody; empty: it was not
};

/// Snapshot + surroundings → findings. Total: every candidate becomes an update, once.
Findings judge(const Snapshot& snapshot, const Surroundings& surroundings);

}  // namespace patchstate::dnf
