// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "agent/https_endpoint_tls.h"

namespace patchstate {
namespace {

// X509_V_ERR_… of OpenSSL.
constexpr long kNothingWrong = 0;
constexpr long kUnspecified = 1;
constexpr long kNotYetValid = 9;
constexpr long kExpired = 10;

void set_file(CURL* handle, CURLoption option, const std::filesystem::path& file) {
  if (!file.empty()) set(handle, option, file.c_str());
}

}  // namespace

void set_certificates(CURL* handle, const HubAccess& access) {
  if (!access.ca.empty()) {
    set(handle, CURLOPT_CAINFO, access.ca.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // else the system's CAs would do, too
  }
  set_file(handle, CURLOPT_SSLCERT, access.client_certificate);
  set_file(handle, CURLOPT_SSLKEY, access.client_key);
}

std::string refused_server_advice(const CurlFailure& failure, const HubAccess& access) {
  if (failure.detail.find("subject name") != std::string_view::npos)
    return "; is [report] hub the name that the hub's certificate is for?";
  switch (failure.verification) {
    case kNotYetValid:
      return "; is this machine's clock right (timedatectl)?";
    case kExpired:
      return "; the hub needs a new certificate, unless this machine's clock is wrong (timedatectl)";
    case kNothingWrong:
    case kUnspecified:
      // So curl passes on that the other side calls our certificate expired.
      if (!access.client_certificate.empty()) return refused_certificate_advice(access);
      break;
    default:
      break;
  }
  return unknown_ca_advice(access);
}

}  // namespace patchstate
