// SPDX-License-Identifier: Apache-2.0
// One plain HTTP/1.0 request to a cloud's metadata service. Not a general client: no TLS, no redirects, no names
// resolved, no chunked bodies. libcurl would cost every start 6 ms and 7 MiB for this (docs/decisions/0003).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace patchstate {

struct LinkLocalRequest {
  std::string method = "GET";
  std::string address = "169.254.169.254";  ///< numeric IPv4
  int port = 80;
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Body of a 200 answer (64 KiB at most); nullopt for anything else: refused, other status, deadline.
std::optional<std::string> fetch_link_local(const LinkLocalRequest& request, std::chrono::milliseconds deadline);

}  // namespace patchstate
