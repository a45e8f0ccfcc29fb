// SPDX-License-Identifier: Apache-2.0
#include "agent/state_hash.h"

#include <variant>

#include "platform/hash.h"

namespace patchstate {

std::string digest_of(const Findings& findings) {
  return sha256_hex(state_text(findings));
}

std::string state_hash_of(Assessment& assessment) {
  for (auto& source : assessment.sources)
    if (auto* findings = std::get_if<Findings>(&source.outcome); findings != nullptr && findings->digest.empty())
      findings->digest = digest_of(*findings);
  return sha256_hex(state_text(assessment));
}

}  // namespace patchstate
