// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace patchstate {

/// "cannot read /etc/x: Permission denied"
inline std::system_error os_error(int error, const std::string& attempted) {
  return {error, std::generic_category(), attempted};
}
inline std::system_error os_error(int error, const std::string& attempted, const std::filesystem::path& path) {
  return os_error(error, attempted + " " + path.string());
}

}  // namespace patchstate
