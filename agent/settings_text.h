// SPDX-License-Identifier: Apache-2.0
// Text of lines "key=value", as our programs tell each other and leave in the state folder.
#pragma once

#include <algorithm>
#include <string_view>

namespace patchstate {

/// Calls `take(line)` for each line that is not empty; the last one need not be ended.
template <class Take>
void for_each_filled_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Calls `take(key, value)` for each line that has a "="; the first one ends the key. Other lines are left out.
template <class Take>
void for_each_setting(std::string_view text, Take take) {
  for_each_filled_line(text, [&take](std::string_view line) {
    const auto sign = line.find('=');
    if (sign != std::string_view::npos) take(line.substr(0, sign), line.substr(sign + 1));
  });
}

}  // namespace patchstate
