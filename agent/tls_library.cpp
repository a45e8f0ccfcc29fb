// SPDX-License-Identifier: Apache-2.0
#include "agent/tls_library.h"

#include <algorithm>

namespace patchstate {

bool is_certificate_in_store(std::string_view text) {
  constexpr std::size_t kThumbprint = 40;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); };
  for (const std::string_view place : {"LocalMachine\\MY\\", "CurrentUser\\MY\\"})
    if (text.starts_with(place) && text.size() == place.size() + kThumbprint)
      return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(place.size()), text.end(), is_hex);
  return false;
}

}  // namespace patchstate
