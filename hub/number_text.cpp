// SPDX-License-Identifier: Apache-2.0
#include "hub/number_text.h"

#include <fmt/core.h>

namespace patchstate {

std::string number_text(std::int64_t value) {
  std::string text = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string count_text(std::int64_t value, std::string_view one) {
  return fmt::format("{} {}{}", number_text(value), one, value == 1 ? "" : "s");
}

}  // namespace patchstate
