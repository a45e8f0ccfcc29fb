// SPDX-License-Identifier: Apache-2.0
// What every operating system writes alike, of what its own folder computes.
#include "platform/hash.h"

namespace patchstate {

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string random_uuid() {
  std::string bytes = random_bytes(16);
  const auto put = [&bytes](std::size_t at, unsigned kept, unsigned bits) {
    bytes[at] = static_cast<char>((static_cast<unsigned char>(bytes[at]) & kept) | bits);
  };
  put(6, 0x0f, 0x40);  // version
  put(8, 0x3f, 0x80);  // variant
  std::string text = hex(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace patchstate
