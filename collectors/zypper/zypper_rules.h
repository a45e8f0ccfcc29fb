// SPDX-License-Identifier: Apache-2.0
// All rules about zypper, pure: what is security, in which state an update is, what stands between this answer and the
// truth.
#pragma once

#include "collectors/zypper/zypper_snapshot.h"

namespace patchstate::zypper {

/// Snapshot + surroundings → findings. Total: every row of zypper's lists, every needed patch, and every advisory with
/// a newer version of something installed becomes an update, or is known not to be one.
Findings judge(const Snapshot& snapshot, const Surroundings& surroundings);

}  // namespace patchstate::zypper
