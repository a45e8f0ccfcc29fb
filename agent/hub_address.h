// SPDX-License-Identifier: Apache-2.0
// The address of a hub, as a person writes it.
#pragma once

#include <string>
#include <string_view>

namespace patchstate {

inline constexpr std::string_view kHubForm = "https://HOST[:PORT][/PATH]";

/// Why this host's key must not be sent there; empty when it may. Plain http is for loopback addresses only. Strict, so
/// that no two readers of the address can see two hosts in it.
std::string problem_of_hub(std::string_view url);

/// "hub.example.org" of such an address.
std::string_view host_in(std::string_view url);

inline constexpr std::string_view kWebForm = "https://HOST[:PORT][/PATH][?QUERY]";
/// The same for any other address that reports are posted to.
std::string problem_of_url(std::string_view url);
/// "https://hooks.example.org" of such an address: the rest may be a secret, and is not shown.
std::string shown_address(std::string_view url);

}  // namespace patchstate
