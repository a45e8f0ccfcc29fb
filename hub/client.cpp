// SPDX-License-Identifier: Apache-2.0
#include "hub/client.h"

#include <algorithm>
#include <array>
#include <optional>

#include <Poco/String.h>
#include <arpa/inet.h>

namespace patchstate {
namespace {

/// As the system writes that address: one machine has one name, however a proxy writes it.
std::optional<std::string> address_from_text(const std::string& text) {
  for (const int family : {AF_INET, AF_INET6}) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    std::array<char, INET6_ADDRSTRLEN> written{};
    if (inet_pton(family, text.c_str(), address.data()) == 1 &&
        inet_ntop(family, address.data(), written.data(), written.size()) != nullptr)
      return written.data();
  }
  return std::nullopt;
}

}  // namespace

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
  if (const auto address = address_from_text(last)) client.address = *address;
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
