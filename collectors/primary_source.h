// SPDX-License-Identifier: Apache-2.0
// Several package tools can be installed on one machine; one of them is what the system is made of.
#pragma once

#include <vector>

#include "assessment/assessment.h"
#include "collectors/collector.h"

namespace patchstate {

/// Where more than one of apt, dnf and zypper fits, the others no longer do, and each says why: the distribution's own
/// tool, by what os-release says of it and its relatives, stays; where that tells nothing, the first of the list does.
/// A configuration that names another one still gets it.
void leave_primary_source(std::vector<CollectorChoice>& choices, const OperatingSystem& os);

}  // namespace patchstate
