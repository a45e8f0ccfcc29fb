// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "collectors/collector.h"
#include "collectors/dnf/dnf_rules.h"

namespace patchstate::dnf {

/// What the rules need beside the tool's answer.
Surroundings read_surroundings(const HostAccess& access);

/// Stamps of everything the tools' answer depends on (linux.md §5): database, cached metadata by content,
/// configuration.
std::string fingerprint(const HostAccess& access);

/// Where a change of those files shows, a folder each.
std::vector<std::filesystem::path> watched_paths();

}  // namespace patchstate::dnf
