// SPDX-License-Identifier: Apache-2.0
// What curl is told, and tells, in the words of the library that speaks TLS for it; the build links one of
// https_endpoint_openssl.cpp and https_endpoint_schannel.cpp.
#pragma once

#include <string>

#include <curl/curl.h>

#include "agent/https_endpoint.h"
#include "agent/https_endpoint_failure.h"

namespace patchstate {

/// Whom to trust and who we are, beside what holds for every library. Throws std::runtime_error where curl refuses.
void set_certificates(CURL* handle, const HubAccess& access);

/// curl_easy_perform, with the system's CAs where no others are named, by the cheapest way to them.
CURLcode perform(CURL* handle, const HubAccess& access);

/// What to do about a server's certificate that was refused, after "; ".
std::string refused_server_advice(const CurlFailure& failure, const HubAccess& access);

/// What to do when our own does not please the hub, and when nobody trusted vouches for the hub's.
std::string refused_certificate_advice(const HubAccess& access);
std::string unknown_ca_advice(const HubAccess& access);

}  // namespace patchstate
