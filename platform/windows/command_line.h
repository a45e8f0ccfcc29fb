// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace patchstate {

/// One command line from which CommandLineToArgvW and the C runtime read exactly these arguments, whatever is in them.
std::wstring command_line_of(const std::vector<std::string>& argv);

/// A block for CreateProcessW: sorted as it must be, "NAME=VALUE\0…\0\0". Of a name that comes twice (case does not
/// count) the last value stays.
std::wstring environment_block(const std::vector<std::pair<std::wstring, std::wstring>>& variables);

}  // namespace patchstate
