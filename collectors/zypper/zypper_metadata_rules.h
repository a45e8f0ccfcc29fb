// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "collectors/zypper/zypper_snapshot.h"

namespace patchstate::zypper {

/// State and age of every enabled repository.
Metadata judge_metadata(const Snapshot& snapshot, const Surroundings& surroundings);

/// What stands between this answer and the truth: repositories that were skipped, never fetched or can't be read, a
/// lapsed registration, the update stack in need of an update, zypper's own complaints.
std::vector<Warning> judge_health(const Snapshot& snapshot, const Surroundings& surroundings);

}  // namespace patchstate::zypper
