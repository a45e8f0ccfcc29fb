// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string_view>
#include <utility>

#include "agent/https_endpoint_tls.h"
#include "platform/curl_request.h"

namespace patchstate {
namespace {

long revocation_option(Revocation revocation) {
  switch (revocation) {
    case Revocation::strict:
      return 0;
    case Revocation::best_effort:
      break;
    case Revocation::off:
      return CURLSSLOPT_NO_REVOKE;
  }
  return CURLSSLOPT_REVOKE_BEST_EFFORT;
}

/// Names of Windows' own errors, as curl puts them into its message, and what to do.
constexpr std::array kAdvice{
    std::pair{"WRONG_PRINCIPAL", "; is [report] hub the name that the hub's certificate is for?"},
    std::pair{"match connection hostname", "; is [report] hub the name that the hub's certificate is for?"},
    std::pair{"CERT_EXPIRED",
              "; the hub needs a new certificate, unless this machine's clock is wrong (w32tm /query /status)"},
    std::pair{"NOT_TIME_VALID",
              "; the hub needs a new certificate, unless this machine's clock is wrong (w32tm /query /status)"},
    std::pair{"REVOCATION_OFFLINE",
              "; the CA does not say whether it was revoked: [report] revocation = \"best-effort\" takes that"},
    std::pair{"NO_REVOCATION_CHECK",
              "; the CA does not say whether it was revoked: [report] revocation = \"best-effort\" takes that"},
    std::pair{"REVOKED", "; the hub's certificate was revoked: it needs a new one"},
};

}  // namespace

CURLcode perform(CURL* handle, const HubAccess& /*access*/) {
  return curl_easy_perform(handle);
}

void set_certificates(CURL* handle, const HubAccess& access) {
  set(handle, CURLOPT_SSL_OPTIONS, revocation_option(access.revocation));
  // Schannel asks the machine's own store of roots unless it is given a file.
  if (!access.ca.empty()) set(handle, CURLOPT_CAINFO, access.ca.string().c_str());
  if (!access.client_certificate.empty())
    set(handle, CURLOPT_SSLCERT,
        access.client_certificate.string().c_str());  // place\MY\thumbprint: the key is there too
}

std::string refused_server_advice(const CurlFailure& failure, const HubAccess& access) {
  for (const auto& [name, advice] : kAdvice)
    if (failure.detail.find(name) != std::string_view::npos) return advice;
  return unknown_ca_advice(access);
}

}  // namespace patchstate
