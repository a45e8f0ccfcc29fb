// SPDX-License-Identifier: Apache-2.0
// Lines and words of what dnf, tdnf and yum print for people, as their parsers share them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/tool_lines.h"

namespace patchstate::dnf {

/// What a terminal would show of the line, as valid UTF-8 (edge-112): without colours, of a progress line its last
/// state, without blanks at the end. Cut at 4 KiB: no line of data is as long.
std::string plain_line(std::string_view line);
std::vector<std::string> words_of(std::string_view line);
std::string lower(std::string_view text);

/// What these tools say beside their data, in English: progress, notices of plugins, headings.
bool is_chatter(const std::string& line);

}  // namespace patchstate::dnf
