// SPDX-License-Identifier: Apache-2.0
#include "hub/secrets.h"

#include "hub/json_text.h"
#include "platform/hash.h"

namespace patchstate {
namespace {

std::string prefix_of(SecretKind kind) {
  switch (kind) {
    case SecretKind::enrol_token:
      return "pse_";
    case SecretKind::host_key:
      return "psh_";
    case SecretKind::session:
      return "pss_";
    case SecretKind::read_token:
      break;
  }
  return "psr_";
}

}  // namespace

std::string new_secret(SecretKind kind) {
  return prefix_of(kind) + to_base64url(random_bytes(32));
}

std::string hash_of_secret(std::string_view secret) {
  return sha256_hex("patchstate hub secret 1\n" + std::string(secret));
}

}  // namespace patchstate
