// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace patchstate {

/// One datagram to a Unix socket: a path, or "@name" for an abstract one. False: it is not there, does not take it
/// within a second, or the datagram is too long.
bool send_datagram(std::string_view socket_name, std::string_view bytes);

}  // namespace patchstate
