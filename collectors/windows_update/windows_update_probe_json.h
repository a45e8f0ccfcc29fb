// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

/// The snapshot as windows_update_output.h reads it. Text that is not valid UTF-8 is repaired.
std::string snapshot_json(const Snapshot& snapshot);

}  // namespace patchstate::windows_update
