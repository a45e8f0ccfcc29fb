// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchstate {

/// RFC 1952. Throws std::length_error when it expands beyond `max_bytes`, std::invalid_argument when it is damaged or
/// cut off.
std::string gunzip(std::string_view compressed, std::size_t max_bytes);
/// quick: for what is kept; usual: for what goes over a network.
enum class Effort { quick, usual };
std::string gzip(std::string_view text, Effort effort);

}  // namespace patchstate
