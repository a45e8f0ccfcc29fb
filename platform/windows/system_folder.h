// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace patchstate {

/// C:\Windows\System32
std::filesystem::path system_directory();

}  // namespace patchstate
