// SPDX-License-Identifier: Apache-2.0
#include "hub/secrets.h"

#include <Poco/RandomStream.h>

#include "hub/json_text.h"
#include "platform/hash.h"

namespace patchstate {

std::string new_secret(SecretKind kind) {
  std::string bytes(32, '\0');
  Poco::RandomInputStream random;  // the kernel's
  random.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const char* const prefix = kind == SecretKind::enrol_token ? "pse_" : kind == SecretKind::host_key ? "psh_" : "psr_";
  return prefix + to_base64url(bytes);
}

std::string hash_of_secret(std::string_view secret) {
  return sha256_hex("patchstate hub secret 1\n" + std::string(secret));
}

}  // namespace patchstate
