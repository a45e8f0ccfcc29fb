// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "platform/windows/unique_handle.h"

namespace patchstate {

/// A regular file; others may go on writing, renaming and deleting it. Throws std::system_error.
UniqueHandle open_to_read(const std::filesystem::path& path, DWORD more_access = 0);
/// `most` bytes of it at most. Throws std::system_error.
std::string read_up_to(const UniqueHandle& file, const std::filesystem::path& path, std::size_t most);

}  // namespace patchstate
