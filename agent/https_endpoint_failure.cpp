// SPDX-License-Identifier: Apache-2.0
#include "agent/https_endpoint_failure.h"

#include <stdexcept>

#include <fmt/core.h>

#include "agent/https_endpoint_proxy.h"
#include "agent/https_endpoint_tls.h"
#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

/// curl does not tell whether it took the proxy or found the hub in no_proxy.
std::string way_of(const Proxy& proxy) {
  if (proxy.address.empty()) return {};
  return fmt::format(" through the proxy {} ({}{})", proxy.address, proxy.where,
                     has_exceptions_from_proxy() ? ", unless no_proxy excepts the hub" : "");
}

std::string proxy_advice(const CurlFailure& failure, const Proxy& proxy) {
  constexpr long kWantsPassword = 407;
  constexpr long kNoTunnel = 300;  // and above
  if (failure.proxy_answered == kWantsPassword)
    return "; the proxy wants a password: have it let this machine through to the hub without one";
  if (failure.proxy_answered >= kNoTunnel) return "; the proxy's operator can say why it does not lead to the hub";
  if (failure.proxy_answered != 0) return {};
  switch (failure.code) {
    case CURLE_COULDNT_CONNECT:
      if (has_exceptions_from_proxy()) return "; are the proxy and the hub running, and their addresses right?";
      [[fallthrough]];
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fmt::format("; is the proxy running, and {} right?", proxy.where);
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return fmt::format("; is it a proxy that {} names?", proxy.where);
    default:
      return {};
  }
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What the other side made of our handshake; in TLS 1.3 it says so only after it.
std::string handshake_advice(std::string_view detail, const HubAccess& access) {
  constexpr const char* kWanted =
      "the hub wants a certificate of this machine: [report] client_certificate and client_key";
  const bool is_alert = contains(detail, "alert");
  if (is_alert && (contains(detail, "certificate") || contains(detail, "unknown ca")))
    return access.client_certificate.empty() ? fmt::format("; {}", kWanted) : refused_certificate_advice(access);
  if (is_alert && contains(detail, "handshake failure") && access.client_certificate.empty())
    return fmt::format("; perhaps {}", kWanted);
  if (contains(detail, "protocol")) return "; the hub must speak TLS 1.2 or newer";
  if (contains(detail, "wrong version number")) return "; no TLS is spoken there: is the port in [report] hub right?";
  return {};
}

/// The alert about a certificate is lost when it is followed by a reset.
std::string hang_up_advice(const HubAccess& access) {
  const auto perhaps =
      access.client_certificate.empty()
          ? std::string()
          : fmt::format("; perhaps it does not take the certificate in {}", access.client_certificate.string());
  return fmt::format("; the hub, or something on the way to it, hung up{}: the hub's log may say why", perhaps);
}

std::string advice_for(const CurlFailure& failure, const HubAccess& access) {
  switch (failure.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return refused_server_advice(failure, access);
    case CURLE_SSL_CACERT_BADFILE:
      return fmt::format("; {} must hold certificates in PEM", access.ca.string());
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return "; the hub has another key than [report] pinned_key says: was it renewed, or is this not the hub?";
    case CURLE_SSL_CERTPROBLEM:
      return "; see [report] client_certificate and client_key";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "; is [report] hub right, and are names resolved on this machine?";
    case CURLE_COULDNT_CONNECT:
      return "; is the hub running, and its address right?";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return "; what answers there is no hub";
    case CURLE_OPERATION_TIMEDOUT:
      return "; the hub, or the network on the way to it, hangs or is too slow";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      if (auto advice = handshake_advice(failure.detail, access); !advice.empty()) return advice;
      return hang_up_advice(access);
    default:
      return {};
  }
}

}  // namespace

std::string unknown_ca_advice(const HubAccess& access) {
  return access.ca.empty() ? "; a hub with a private CA needs its file in [report] ca, or --ca"
                           : fmt::format("; the CAs trusted are those in {}", access.ca.string());
}

std::string refused_certificate_advice(const HubAccess& access) {
  return fmt::format("; the hub does not take the certificate in {}: it needs a new one, of the hub's client CA",
                     access.client_certificate.string());
}

std::string told(const CurlFailure& failure, std::string_view url, const HubAccess& access) {
  const Proxy proxy = proxy_for(access);
  const std::string what =
      clean_text(failure.detail.empty() ? std::string_view(curl_easy_strerror(failure.code)) : failure.detail, 300);
  std::string advice = proxy.address.empty() ? std::string() : proxy_advice(failure, proxy);
  if (advice.empty()) advice = advice_for(failure, access);
  return fmt::format("cannot send to {}{}: {}{}", url, way_of(proxy), what, advice);
}

}  // namespace patchstate
