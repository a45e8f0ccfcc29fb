// SPDX-License-Identifier: Apache-2.0
#include "platform/hash.h"

#include <array>
#include <cerrno>
#include <cstdint>

#include <sha2.h>
#include <sys/random.h>

#include "platform/linux/os_error.h"

namespace patchstate {
namespace {

using Digest = std::array<std::uint8_t, SHA256_DIGEST_LENGTH>;

void update(SHA2_CTX& context, std::string_view bytes) {
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

Digest sha256(std::string_view first, std::string_view second = {}) {
  SHA2_CTX context;
  SHA256Init(&context);
  update(context, first);
  update(context, second);
  Digest digest;
  SHA256Final(digest.data(), &context);
  return digest;
}

std::string raw(const Digest& digest) {
  return {digest.begin(), digest.end()};
}

template <class Bytes>
std::string hex(const Bytes& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string block = key.size() > SHA256_BLOCK_LENGTH ? raw(sha256(key)) : std::string(key);
  block.resize(SHA256_BLOCK_LENGTH, '\0');
  std::string inner = block;
  std::string outer = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return raw(sha256(outer, raw(sha256(inner, message))));
}

std::string random_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  // Up to 256 bytes come whole or not at all; before the pool is seeded at boot it waits, as it should.
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    if (errno != EINTR) throw os_error(errno, "cannot get random bytes");
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string text = hex(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace patchstate
