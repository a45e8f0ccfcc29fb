// SPDX-License-Identifier: Apache-2.0
#include "platform/hash.h"

#include <array>

#include <windows.h>
#include <bcrypt.h>

#include "platform/windows/os_error.h"

namespace patchstate {
namespace {

enum class Keyed { no, yes };

/// NTSTATUS in, for what has no reason to fail.
void require(NTSTATUS status, const char* attempted) {
  if (status < 0) throw os_error(ERROR_GEN_FAILURE, attempted);
}

BCRYPT_ALG_HANDLE open_sha256(Keyed keyed) {
  BCRYPT_ALG_HANDLE algorithm = nullptr;
  require(::BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, nullptr,
                                        keyed == Keyed::yes ? BCRYPT_ALG_HANDLE_HMAC_FLAG : 0U),
          "cannot compute SHA-256");
  return algorithm;
}

// Neither is written to.
UCHAR* bytes_of(std::string_view text) {
  return reinterpret_cast<UCHAR*>(const_cast<char*>(text.data()));
}

std::string digest(BCRYPT_ALG_HANDLE algorithm, std::string_view key, std::string_view message) {
  std::array<UCHAR, 32> digest{};
  require(
      ::BCryptHash(algorithm, key.empty() ? nullptr : bytes_of(key), static_cast<ULONG>(key.size()), bytes_of(message),
                   static_cast<ULONG>(message.size()), digest.data(), static_cast<ULONG>(digest.size())),
      "cannot compute SHA-256");
  return {digest.begin(), digest.end()};
}

}  // namespace

std::string sha256(std::string_view bytes) {
  static const BCRYPT_ALG_HANDLE algorithm = open_sha256(Keyed::no);
  return digest(algorithm, {}, bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  static const BCRYPT_ALG_HANDLE algorithm = open_sha256(Keyed::yes);
  return digest(algorithm, key, message);
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  require(::BCryptGenRandom(nullptr, reinterpret_cast<UCHAR*>(bytes.data()), static_cast<ULONG>(bytes.size()),
                            BCRYPT_USE_SYSTEM_PREFERRED_RNG),
          "cannot get random bytes");
  return bytes;
}

}  // namespace patchstate
