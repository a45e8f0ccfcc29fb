// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace patchstate {

enum class LogLevel { info, warning, error };

/// One line on standard error, with the level as systemd reads it ("<3>"). The same line again within a minute is
/// counted, not repeated. From any thread.
void log_line(LogLevel level, std::string_view text);

}  // namespace patchstate
