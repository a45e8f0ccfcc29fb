// SPDX-License-Identifier: Apache-2.0
// The formats in which repositories publish metadata, each by its own library.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace patchstate::rpm {

/// Is given the content as far as it has come, and says how many bytes at its front it needs no longer: the next time
/// those are gone, and more follows the others. nullopt: nothing more is wanted.
using TakeContent = std::function<std::optional<std::size_t>(std::string_view content)>;

struct Decompressed {
  enum class Ending { damaged, too_large, stopped, whole };
  Ending ending = Ending::damaged;
  std::string bytes;  ///< only when whole: all, or what was not taken of it
};

/// Each reads all of `bytes`; several streams in a row are one content, as for the programs of these formats. What
/// follows the last one and is none is damage. With `take` no more is in memory than it leaves there. Throws
/// std::bad_alloc, and what `take` throws.
Decompressed ungzip(std::string_view bytes, std::size_t max_bytes, const TakeContent& take = {});
Decompressed bunzip2(std::string_view bytes, std::size_t max_bytes, const TakeContent& take = {});
Decompressed unxz(std::string_view bytes, std::size_t max_bytes, const TakeContent& take = {});  ///< lzma too
Decompressed unzstd(std::string_view bytes, std::size_t max_bytes, const TakeContent& take = {});

}  // namespace patchstate::rpm
