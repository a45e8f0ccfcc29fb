// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/rpm/decompressors.h"

namespace patchstate::rpm {

/// Content of a file that may be compressed by gzip, bzip2, xz (lzma too) or zstd; its first bytes say which, not its
/// name. Throws std::system_error with the path in its text: not readable, damaged or cut off (errc::bad_message), more
/// than `max_bytes` of content (errc::file_too_large).
std::string read_compressed(const std::filesystem::path& path, std::size_t max_bytes);

/// The same without all of it in memory: `take` is given it as it comes (decompressors.h), and what it did not take is
/// returned. nullopt: it wanted no more.
std::optional<std::string> read_compressed(const std::filesystem::path& path, std::size_t max_bytes,
                                           const TakeContent& take);

/// As the first, of bytes that were read already; `what` names them in errors.
std::string decompress(std::string_view bytes, std::size_t max_bytes, std::string_view what);

}  // namespace patchstate::rpm
