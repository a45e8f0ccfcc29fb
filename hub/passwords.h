// SPDX-License-Identifier: Apache-2.0
// People's passwords: argon2id by libsodium (docs/decisions/0016).
#pragma once

#include <cstddef>
#include <optional>
#include <semaphore>
#include <string>

namespace patchstate {

/// To hash takes 64 MiB and a tenth of a second of a core, on purpose. So only a few at a time: whoever sends guesses
/// must not keep all workers busy.
class Passwords {
 public:
  explicit Passwords(std::size_t at_once) : slots_(static_cast<std::ptrdiff_t>(at_once)) {}

  /// "$argon2id$v=19$…" with its salt. nullopt: as many as may are at it now.
  std::optional<std::string> hash(const std::string& password);
  /// Whether it is the password of that hash; an empty hash is nobody's, and takes as long. nullopt: as above.
  std::optional<bool> matches(const std::string& hash, const std::string& password);

 private:
  std::counting_semaphore<> slots_;
};

/// Why it may not be the password of that person; empty: it may. NIST SP 800-63B: length counts, no rules of
/// composition.
std::string objection_to_password(const std::string& password, const std::string& name);
/// "k7wd-…": 100 random bits in letters that can't be mistaken for each other.
std::string made_up_password();

}  // namespace patchstate
