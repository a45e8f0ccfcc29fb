// SPDX-License-Identifier: Apache-2.0
// Paths of pages.
#pragma once

#include <cstdint>
#include <string>

#include "hub/fleet.h"

namespace patchstate {

std::string machine_path(const std::string& host_id);
std::string update_path(std::int64_t update_key);
std::string cve_path(const std::string& cve);
/// Its hostname, or its id where it has none.
const std::string& name_of(const HostRecord& host);

}  // namespace patchstate
