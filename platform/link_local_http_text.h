// SPDX-License-Identifier: Apache-2.0
// What goes over the connection of link_local_http.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "platform/link_local_http.h"

namespace patchstate {

inline constexpr std::size_t kLongestAnswer = 80U << 10U;

/// nullopt: something in it would not stay in its line.
std::optional<std::string> request_text(const LinkLocalRequest& request);
/// Whether as much has come as its Content-Length says.
bool is_whole_answer(std::string_view text);
/// Of everything that came; nullopt: not 200, cut off, or too long.
std::optional<std::string> body_of_ok(std::string_view text);

}  // namespace patchstate
