// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

/// os-release(5): KEY=value lines with shell quoting, comments, unknown keys kept. A line that is none of these is skipped.
std::map<std::string, std::string> parse_os_release(std::string_view text);
OperatingSystem operating_system(const std::map<std::string, std::string>& os_release);

}  // namespace patchstate
