// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/smbios.h"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/core.h>

namespace patchstate {
namespace {

constexpr std::size_t kHead = 8;  ///< of RawSMBIOSData: method, version, revision, length

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

/// A structure: a formatted part, whose bytes name strings by their number from 1, and the strings behind it.
struct Structure {
  unsigned type = 0;
  std::string_view formatted;
  std::string_view strings;

  std::string text(std::size_t at) const {
    auto number = byte_at(formatted, at);
    std::string_view rest = strings;
    for (; number > 1 && !rest.empty(); --number) rest.remove_prefix(std::min(rest.find('\0'), rest.size() - 1) + 1);
    if (number == 0) return {};
    std::string found(rest.substr(0, rest.find('\0')));
    found.erase(0, std::min(found.find_first_not_of(' '), found.size()));
    found.erase(found.find_last_not_of(' ') + 1);
    return found;
  }
};

/// The first three fields are numbers with the lowest byte first (since version 2.6 at the latest).
std::string uuid_in(std::string_view formatted) {
  constexpr std::size_t kAt = 8;
  constexpr std::size_t kOrder[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  if (formatted.size() < kAt + std::size(kOrder)) return {};
  std::string text;
  for (std::size_t i = 0; i < std::size(kOrder); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", byte_at(formatted, kAt + kOrder[i]));
  }
  return text;
}

void take(const Structure& structure, DmiStrings& strings) {
  const auto keep = [](std::string& where, std::string text) {
    if (where.empty()) where = std::move(text);
  };
  switch (structure.type) {
    case 0:
      return keep(strings.bios_vendor, structure.text(4));
    case 1:
      keep(strings.sys_vendor, structure.text(4));
      keep(strings.product_name, structure.text(5));
      return keep(strings.product_uuid, uuid_in(structure.formatted));
    case 2:
      return keep(strings.board_vendor, structure.text(4));
    case 3:
      return keep(strings.chassis_asset_tag, structure.text(8));
    default:
      return;
  }
}

}  // namespace

DmiStrings dmi_strings_in(std::string_view raw) {
  constexpr std::size_t kSmallest = 4;
  constexpr unsigned kEndOfTable = 127;
  DmiStrings strings;
  raw.remove_prefix(std::min(kHead, raw.size()));
  while (raw.size() >= kSmallest) {
    const auto length = byte_at(raw, 1);
    if (length < kSmallest || length > raw.size()) return strings;
    const auto end = raw.find(std::string_view("\0\0", 2), length);
    const Structure structure{byte_at(raw, 0), raw.substr(0, length),
                              raw.substr(length, end == std::string_view::npos ? end : end - length)};
    if (structure.type == kEndOfTable) return strings;
    take(structure, strings);
    if (end == std::string_view::npos) return strings;
    raw.remove_prefix(end + 2);
  }
  return strings;
}

}  // namespace patchstate
