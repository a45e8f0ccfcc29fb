// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

/// From the registry, its 64-bit view. A value that is there and can't be read, or is of another type, is named in
/// `problems`.
UpdatePolicy read_update_policy(std::vector<Missing>& problems);

}  // namespace patchstate::windows_update
