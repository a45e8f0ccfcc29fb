// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "platform/hash.h"
#include "platform/machine.h"

namespace patchstate {
namespace {

/// What patchstate salts machine ids with, chosen once at random and never to be changed:
/// `systemd-id128 machine-id --app-specific=35c7fa6eeccf42cfb15d8d1d9b8380b7 --uuid` prints the same id.
constexpr std::string_view kProduct = "35c7fa6eeccf42cfb15d8d1d9b8380b7";

unsigned digit_value(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/// `hex` holds pairs of valid lower-case digits.
std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit_value(hex[i]) << 4U | digit_value(hex[i + 1]));
  return bytes;
}

std::string as_uuid(std::string bytes) {
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0fU) | 0x40U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3fU) | 0x80U);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[byte >> 4U];
    text += kHex[byte & 0xfU];
  }
  return text;
}

}  // namespace

std::string host_id(const std::filesystem::path& root) {
  const std::string id = machine_id(root);
  if (id.empty()) return {};
  return as_uuid(hmac_sha256(from_hex(id), from_hex(kProduct)).substr(0, 16));
}

}  // namespace patchstate
