// SPDX-License-Identifier: Apache-2.0
#include "hub/client.h"

#include <algorithm>

#include <Poco/Net/IPAddress.h>
#include <Poco/String.h>

namespace patchstate {

const std::string& header_of(const HttpRequest& request, const std::string& name) {
  static const std::string kNone;
  const auto found = request.header.find(name);
  return found == request.header.end() ? kNone : found->second;
}

Client client_of(const HttpRequest& request, const std::vector<std::string>& proxies, bool tls) {
  Client client{request.peer, false, tls, header_of(request, "host")};
  client.by_proxy = std::find(proxies.begin(), proxies.end(), request.peer) != proxies.end();
  if (!client.by_proxy) return client;
  // X-Forwarded-For: 203.0.113.7, 198.51.100.4
  const std::string& seen = header_of(request, "x-forwarded-for");
  const auto comma = seen.rfind(',');
  const std::string last = Poco::trim(comma == std::string::npos ? seen : seen.substr(comma + 1));
  Poco::Net::IPAddress address;
  if (Poco::Net::IPAddress::tryParse(last, address)) client.address = address.toString();
  if (const auto& scheme = header_of(request, "x-forwarded-proto"); !scheme.empty()) client.https = scheme == "https";
  if (const auto& host = header_of(request, "x-forwarded-host"); !host.empty()) client.authority = host;
  return client;
}

bool is_from_another_site(const HttpRequest& request, const Client& client) {
  if (const auto& site = header_of(request, "sec-fetch-site"); !site.empty())
    return site != "same-origin" && site != "none";
  const auto& origin = header_of(request, "origin");
  return !origin.empty() && origin != "https://" + client.authority && origin != "http://" + client.authority;
}

}  // namespace patchstate
