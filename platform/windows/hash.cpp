// SPDX-License-Identifier: Apache-2.0
#include "platform/hash.h"

#include <array>
#include <cstdint>

#include <windows.h>
#include <bcrypt.h>

#include "platform/windows/os_error.h"

namespace patchstate {
namespace {

using Digest = std::array<UCHAR, 32>;
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

Digest digest(BCRYPT_ALG_HANDLE algorithm, std::string_view key, std::string_view message) {
  Digest digest{};
  require(
      ::BCryptHash(algorithm, key.empty() ? nullptr : bytes_of(key), static_cast<ULONG>(key.size()), bytes_of(message),
                   static_cast<ULONG>(message.size()), digest.data(), static_cast<ULONG>(digest.size())),
      "cannot compute SHA-256");
  return digest;
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
  static const BCRYPT_ALG_HANDLE algorithm = open_sha256(Keyed::no);
  return hex(digest(algorithm, {}, bytes));
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  static const BCRYPT_ALG_HANDLE algorithm = open_sha256(Keyed::yes);
  const Digest result = digest(algorithm, key, message);
  return {result.begin(), result.end()};
}

std::string random_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  require(::BCryptGenRandom(nullptr, bytes.data(), static_cast<ULONG>(bytes.size()), BCRYPT_USE_SYSTEM_PREFERRED_RNG),
          "cannot get random bytes");
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string text = hex(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace patchstate
