// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <fmt/core.h>

#include "agent/https_endpoint_tls.h"
#include "platform/curl_request.h"

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

/// The system's CAs twice: a file of all, and a folder in which OpenSSL finds the one it needs by its name. Reading
/// some 140 certificates for one handshake takes 20 ms of CPU. nullptr where this libcurl knows the one or the other
/// alone.
const char* file_of_all_cas() {
  const curl_version_info_data* const about = curl_version_info(CURLVERSION_NOW);
  const bool knows_both = about->age >= CURLVERSION_SEVENTH && about->capath != nullptr && about->cainfo != nullptr;
  const bool is_openssl = about->ssl_version != nullptr && std::string_view(about->ssl_version).starts_with("OpenSSL");
  return knows_both && is_openssl ? about->cainfo : nullptr;
}

}  // namespace

CURLcode perform(CURL* handle, const HubAccess& access) {
  const char* const all_cas = access.ca.empty() ? file_of_all_cas() : nullptr;
  if (all_cas == nullptr) return curl_easy_perform(handle);
  // The folder first; a CA may be in the file alone. Nothing was sent where the server could not be verified.
  set(handle, CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_PEER_FAILED_VERIFICATION) return code;
  set(handle, CURLOPT_CAINFO, all_cas);
  return curl_easy_perform(handle);
}

void set_certificates(CURL* handle, const HubAccess& access) {
  if (!access.ca.empty()) {
    set(handle, CURLOPT_CAINFO, access.ca.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // else the system's CAs would do, too
  } else {
    trust_system(handle);
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
