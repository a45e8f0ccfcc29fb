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

void update(SHA2_CTX& context, std::string_view bytes) {
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string sha256_of_both(std::string_view first, std::string_view second) {
  SHA2_CTX context;
  SHA256Init(&context);
  update(context, first);
  update(context, second);
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256Final(digest.data(), &context);
  return {digest.begin(), digest.end()};
}

}  // namespace

std::string sha256(std::string_view bytes) {
  return sha256_of_both(bytes, {});
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string block = key.size() > SHA256_BLOCK_LENGTH ? sha256(key) : std::string(key);
  block.resize(SHA256_BLOCK_LENGTH, '\0');
  std::string inner = block;
  std::string outer = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return sha256_of_both(outer, sha256_of_both(inner, message));
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  // Up to 256 bytes come whole or not at all; before the pool is seeded at boot it waits, as it should.
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    if (errno != EINTR) throw os_error(errno, "cannot get random bytes");
  return bytes;
}

}  // namespace patchstate
