// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace patchstate {

/// As Content-Encoding: gzip has it.
std::string gzipped(std::string_view text);

}  // namespace patchstate
