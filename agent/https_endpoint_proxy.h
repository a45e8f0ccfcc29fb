// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/https_endpoint.h"

namespace patchstate {

struct Proxy {
  enum class Origin { none, configured, environment, system };
  std::string address;  ///< without a password
  Origin origin = Origin::none;
  std::string_view where;  ///< who says so, for a person
};

/// The proxy on the way to this hub: the configuration's, else, as curl looks for it, the first of the environment's
/// that is not empty, else the system's. None to plain http, which never leaves the machine.
Proxy proxy_for(const HubAccess& access);

/// Whether the environment excepts hosts from its proxy.
bool has_exceptions_from_proxy();

}  // namespace patchstate
