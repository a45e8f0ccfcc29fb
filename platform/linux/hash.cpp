// SPDX-License-Identifier: Apache-2.0
#include "platform/hash.h"

#include <array>
#include <cerrno>
#include <cstdint>

#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <sys/random.h>

#include "platform/linux/os_error.h"

namespace patchstate {
namespace {

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

using Digest = std::array<std::uint8_t, SHA256_DIGEST_SIZE>;

}  // namespace

std::string sha256(std::string_view bytes) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, bytes.size(), bytes_of(bytes));
  Digest digest;
  sha256_digest(&context, digest.size(), digest.data());
  return {digest.begin(), digest.end()};
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  hmac_sha256_ctx context;
  hmac_sha256_set_key(&context, key.size(), bytes_of(key));
  hmac_sha256_update(&context, message.size(), bytes_of(message));
  Digest digest;
  hmac_sha256_digest(&context, digest.size(), digest.data());
  return {digest.begin(), digest.end()};
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  // Up to 256 bytes come whole or not at all; before the pool is seeded at boot it waits, as it should.
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    if (errno != EINTR) throw os_error(errno, "cannot get random bytes");
  return bytes;
}

}  // namespace patchstate
