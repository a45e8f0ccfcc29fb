// SPDX-License-Identifier: Apache-2.0
// Who is at the other end, also behind a proxy. Pure.
#pragma once

#include <string>
#include <vector>

#include "hub/http_server.h"

namespace patchstate {

struct Client {
  std::string address;    ///< the one that the proxy saw, or that of the connection
  bool by_proxy = false;  ///< the connection is that of a proxy whose headers are believed
  bool https = false;     ///< between the client and the hub, or its proxy
  std::string authority;  ///< what the client calls this site: "hub.example.org", "127.0.0.1:8750"
};

/// `tls`: this hub serves https itself. X-Forwarded-For, -Proto and -Host are headers of trusted proxies alone; of
/// several addresses the last one is what the proxy itself saw.
Client client_of(const HttpRequest& request, const std::vector<std::string>& proxies, bool tls);

/// A header of the request, its name in lower case; empty: there is none.
const std::string& header_of(const HttpRequest& request, const std::string& name);

/// A page of another site made the browser send it. Browsers say so themselves (Sec-Fetch-Site), or name the site that
/// they come from (Origin); what says neither is no browser.
bool is_from_another_site(const HttpRequest& request, const Client& client);

}  // namespace patchstate
