// SPDX-License-Identifier: Apache-2.0
// What a request by libcurl owns, and its options: an error of one is never passed over. Header only, so that who
// includes it links libcurl and nobody else does.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include <curl/curl.h>
#include <fmt/core.h>

namespace patchstate {

struct EndCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, EndCurl>;
using CurlHeaders = std::unique_ptr<curl_slist, EndCurl>;

/// "Name: value", or "Name:" for a header of curl's own that is not wanted.
inline void add(CurlHeaders& headers, const std::string& line) {
  curl_slist* const longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers.release());
  headers.reset(longer);
}

/// curl_easy_setopt, or std::runtime_error.
template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(handle, option, value); code != CURLE_OK)
    throw std::runtime_error(
        fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
}

/// All CAs of the system in one file, where each family keeps it.
constexpr std::array kFilesOfAllCas{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Red Hat's family up to 9, Amazon Linux
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // what that one leads to; newer Fedora has this alone
    "/etc/ssl/ca-bundle.pem",                             // SUSE's family
    "/var/lib/ca-certificates/ca-bundle.pem",             // what that one leads to
    "/etc/ssl/cert.pem",                                  // Alpine without the package ca-certificates
};

/// Whom a libcurl trusts that was built for no system in particular; others know it. Nobody, where no such file is.
inline void trust_system(CURL* handle) {
  const curl_version_info_data& about = *curl_version_info(CURLVERSION_NOW);
  if (about.age >= CURLVERSION_SEVENTH && (about.capath != nullptr || about.cainfo != nullptr)) return;
  std::error_code error;
  for (const char* const file : kFilesOfAllCas)
    if (std::filesystem::exists(file, error)) return set(handle, CURLOPT_CAINFO, file);
}

}  // namespace patchstate
