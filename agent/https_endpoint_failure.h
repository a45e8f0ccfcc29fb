// SPDX-License-Identifier: Apache-2.0
// Why there is no answer of a hub, for a person: what was attempted, what happened, what to do.
#pragma once

#include <string>
#include <string_view>

#include <curl/curl.h>

#include "agent/https_endpoint.h"

namespace patchstate {

/// What curl knows of an exchange that failed.
struct CurlFailure {
  CURLcode code = CURLE_OK;
  long verification = 0;    ///< CURLINFO_SSL_VERIFYRESULT: why a certificate is not trusted, as OpenSSL counts
  long proxy_answered = 0;  ///< CURLINFO_HTTP_CONNECTCODE: 0 without a proxy, and when it said nothing that is HTTP
  std::string_view detail;  ///< CURLOPT_ERRORBUFFER
};

/// One line.
std::string told(const CurlFailure& failure, std::string_view url, const HubAccess& access);

}  // namespace patchstate
