// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchstate {

/// Lower-case hexadecimal, two digits for each byte.
std::string hex(std::string_view bytes);
/// SHA-256, raw 32 bytes.
std::string sha256(std::string_view bytes);
/// SHA-256 in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256 (RFC 2104), raw 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);
/// That nobody can guess, from the operating system's own source. At most 256, which come whole or not at all.
std::string random_bytes(std::size_t count);
/// A random UUID, version 4 (RFC 9562).
std::string random_uuid();

}  // namespace patchstate
