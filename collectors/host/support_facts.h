// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/host/end_of_support.h"

namespace patchstate {

/// end_of_support() with the tables of distro-info-data below `root`; where it has none, with those of this machine,
/// then with what this program knows (known_releases.h), which also knows some releases of others that have ended.
std::optional<EndOfSupport> read_end_of_support(const std::filesystem::path& root,
                                                const std::map<std::string, std::string>& os_release,
                                                std::string_view arch, Time now);

}  // namespace patchstate
