// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace patchstate {

/// A real file or folder, not a link, that this user owns and nobody else may write.
bool is_only_ours(const std::filesystem::path& path);

/// Makes `folder` and the ones above it where they are missing, for this user only (0700). False when that can't be
/// done or when somebody else may write into it: what stands there must then not be believed.
bool make_own_folder(const std::filesystem::path& folder);

}  // namespace patchstate
