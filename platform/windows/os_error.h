// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace patchstate {

/// The errno that says the same as an error of Windows (GetLastError), or 0 where none does: callers branch on the same
/// conditions on every system.
int errno_of(unsigned long error);

/// "cannot read C:\x: Permission denied". `error` is of GetLastError.
std::system_error os_error(unsigned long error, const std::string& attempted);
std::system_error os_error(unsigned long error, const std::string& attempted, const std::filesystem::path& path);
/// The same with an errno of our own finding.
std::system_error errno_error(int error, const std::string& attempted, const std::filesystem::path& path);

}  // namespace patchstate
