// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace patchstate::zypper {

/// Makes `view` a root of links into the system below `root`, so that zypper reads that system and what it writes
/// (locks, logs, the solver's cache of what is installed) stays in `view`: with --root it writes below that, as root
/// even for a list. Throws std::filesystem::filesystem_error.
void make_view(const std::filesystem::path& view, const std::filesystem::path& root);

}  // namespace patchstate::zypper
