// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "collectors/windows_update/windows_update_probe_interfaces.h"
#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

/// All its properties that a report needs. Interfaces of later agents that it lacks are added to `missing_interfaces`.
RawUpdate read_update(IUpdate& update, std::vector<std::string>& missing_interfaces);

}  // namespace patchstate::windows_update
