// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace patchstate {

/// SHA-256 in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256 (RFC 2104), raw 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);
/// A random UUID, version 4 (RFC 9562).
std::string random_uuid();

}  // namespace patchstate
