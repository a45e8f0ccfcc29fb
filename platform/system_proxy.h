// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace patchstate {

/// The proxy that this machine as a whole is set to for `host`, as "http://HOST:PORT"; empty: none, or `host` is one of
/// its exceptions. On Windows WinHTTP's (`netsh winhttp show proxy`), because a service has no user whose settings
/// could count; Linux has none but the environment.
std::string system_proxy(std::string_view host);

}  // namespace patchstate
