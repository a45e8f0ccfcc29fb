// SPDX-License-Identifier: Apache-2.0
// Windows' names are UTF-16; ours are UTF-8.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace patchstate {

/// Anything that is not valid becomes U+FFFD, both ways.
std::wstring wide(std::string_view utf8);
std::string narrow(std::wstring_view utf16);

/// For the system's functions: one that is too long for them (MAX_PATH) in the form that has no limit, \\?\C:\….
std::wstring api_path(const std::filesystem::path& path);

}  // namespace patchstate
