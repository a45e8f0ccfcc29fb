// SPDX-License-Identifier: Apache-2.0
// Tokens and keys: 256 random bits each, shown once, stored as a hash.
#pragma once

#include <string>
#include <string_view>

namespace patchstate {

enum class SecretKind { enrol_token, host_key, read_token, session };

/// "pse_…", "psh_…", "psr_…" or "pss_…": the prefix says to a reader of a log or a repository what was found there.
std::string new_secret(SecretKind kind);
/// Domain-separated SHA-256, in hexadecimal.
std::string hash_of_secret(std::string_view secret);

}  // namespace patchstate
