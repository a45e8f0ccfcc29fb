// SPDX-License-Identifier: Apache-2.0
// Reading bytes as UTF-8, one code point at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace patchstate {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  ///< U+FFFD

struct CodePoint {
  char32_t value;
  std::size_t length;  ///< bytes; of an invalid sequence, those that stand for one U+FFFD
  bool valid;
};

/// The code point that starts at `at`, which is within `bytes`.
CodePoint code_point_at(std::string_view bytes, std::size_t at);

}  // namespace patchstate
