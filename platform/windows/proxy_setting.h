// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace patchstate {

/// What WinHTTP's two texts mean for https to `host` (WINHTTP_PROXY_INFO): `proxies` is "proxy:3128" for all, or
/// "http=one:80;https=other:443"; `exceptions` are names with `*` in them between ";" or spaces, and "<local>" for
/// every name without a dot. "http://proxy:3128", or empty.
std::string proxy_of_setting(std::string_view proxies, std::string_view exceptions, std::string_view host);

}  // namespace patchstate
