// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them, in the fleet's sentence and on the pages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchstate {

/// 50000 → "50,000".
std::string number_text(std::int64_t value);
/// "1 machine", "1,204 machines".
std::string count_text(std::int64_t value, std::string_view one);

}  // namespace patchstate
