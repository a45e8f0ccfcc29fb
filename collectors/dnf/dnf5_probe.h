// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "collectors/dnf/dnf5_probe_pool.h"

namespace patchstate::dnf {

/// Prints what libsolv says of the rpm database and the caches that dnf5 has made below `root` as JSON
/// (dnf5_probe_output.h reads it); the exit code.
int probe(const std::string& root, const std::vector<ProbedRepository>& repositories);

}  // namespace patchstate::dnf
