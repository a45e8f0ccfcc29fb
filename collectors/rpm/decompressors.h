// SPDX-License-Identifier: Apache-2.0
// The formats in which repositories publish metadata, each by its own library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchstate::rpm {

struct Decompressed {
  enum class Ending { damaged, too_large, whole };
  Ending ending = Ending::damaged;
  std::string bytes;  ///< only when whole
};

/// Each reads all of `bytes`; several streams in a row are one content, as for the programs of these formats. What
/// follows the last one and is none is damage. Throws std::bad_alloc alone.
Decompressed ungzip(std::string_view bytes, std::size_t max_bytes);
Decompressed bunzip2(std::string_view bytes, std::size_t max_bytes);
Decompressed unxz(std::string_view bytes, std::size_t max_bytes);  ///< lzma too
Decompressed unzstd(std::string_view bytes, std::size_t max_bytes);

}  // namespace patchstate::rpm
