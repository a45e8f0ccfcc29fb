// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace patchstate {

/// The first 64 KiB of a file that may as well not be there: empty when it can't be read.
std::string small_file(const std::filesystem::path& path);
/// Its first line, without blanks around it.
std::string first_line(const std::filesystem::path& path);

}  // namespace patchstate
