// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "collectors/zypper/zypper_probe_pool.h"

namespace patchstate::zypper {

/// Prints what libsolv says of the caches that zypper has made below `root` as JSON (zypper_probe_output.h reads it);
/// the exit code.
int probe(const std::string& root, const std::vector<ProbedRepository>& repositories);

}  // namespace patchstate::zypper
