// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "collectors/dnf/dnf_rules.h"

namespace patchstate::dnf {

/// State and age of every repository that the tool was configured to ask.
Metadata judge_metadata(const Snapshot& snapshot);

/// What stands between this answer and the truth: repositories not fetched or broken, nothing installed, the tool's own
/// complaints, text in place of data.
std::vector<Warning> judge_health(const Snapshot& snapshot);

}  // namespace patchstate::dnf
