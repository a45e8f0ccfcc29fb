// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace patchstate {

/// What `parse_duration` takes, for error messages and help texts.
inline constexpr std::string_view kDurationForm = "a number and a unit (90s, 15m, 6h, 2d, 1w)";

/// One number and one unit; nullopt for anything else, and for more than 100 years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace patchstate
