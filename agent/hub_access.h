// SPDX-License-Identifier: Apache-2.0
// What is needed to talk to the hub, from the configuration and the files it names.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "agent/config.h"
#include "agent/https_endpoint.h"

namespace patchstate {

/// Either the access or what is missing for it, for a person.
struct HubAccessResult {
  HubAccess access;
  std::string problem;
};

std::filesystem::path key_file_of(const Reporting& report);

inline constexpr std::size_t kLongestToken = 1024;
/// Where an installer leaves the token that the next `send` enrols this machine with; empty: this user has no such
/// place.
std::filesystem::path left_token_file();
/// A token was left, and this machine has neither a key nor a client certificate yet.
bool is_enrolment_due(const Reporting& report);

/// Without a host key: as a machine that is not enrolled yet.
HubAccessResult access_to_enroll(const Reporting& report);
/// With the host key, or a client certificate in place of it.
HubAccessResult access_to_send(const Reporting& report);

/// To another address, with the headers that stand in its file.
HubAccessResult access_to(const Destination& destination);

/// Standard input until its end. Throws std::system_error: not readable, longer than `max_bytes`.
std::string read_standard_input(std::size_t max_bytes);

}  // namespace patchstate
