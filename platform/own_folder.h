// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace patchstate {

/// A real file or folder, not a link, that this user owns and nobody else may write.
bool is_only_ours(const std::filesystem::path& path);

/// Makes `folder` and the ones above it where they are missing, for this user only (0700). False when that can't be
/// done or when somebody else may write into it: what stands there must then not be believed.
bool make_own_folder(const std::filesystem::path& folder);

/// Makes the folder that this program keeps its state in, and the ones above it, where they are missing. On Windows it
/// must be only ours: below ProgramData every user may write into what somebody just made. Throws std::system_error.
void make_state_folder(const std::filesystem::path& folder);

/// Why the configuration file of this system must not be believed; empty: it may. On Windows, where every user may make
/// it before an administrator does.
std::string problem_with_config(const std::filesystem::path& file);

}  // namespace patchstate
