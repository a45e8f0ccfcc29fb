// SPDX-License-Identifier: Apache-2.0
// This machine's key: asked of the hub with a token, by a person or by an installer who left the token for the next
// send.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "agent/config.h"
#include "agent/endpoint.h"
#include "agent/hub_access.h"

namespace patchstate {

struct Enrolment {
  std::optional<Outcome> outcome;  ///< nullopt: the hub could not even be asked
  std::string problem;             ///< why this machine has no key now, for a person; empty: it has
  std::string host;                ///< its id
  std::filesystem::path key_file;
};
/// Asks the hub, and keeps the key. Throws std::system_error when it can't be kept.
Enrolment enrol(const Reporting& report, const std::string& token);

/// As access_to_send; a machine without a key that has a token left for it (left_token_file) enrols first, and the
/// token is gone then. Throws std::system_error.
HubAccessResult access_enrolling_if_needed(const Reporting& report);

}  // namespace patchstate
