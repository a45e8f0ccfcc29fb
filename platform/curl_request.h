// SPDX-License-Identifier: Apache-2.0
// What a request by libcurl owns, and its options: an error of one is never passed over. Header only, so that who
// includes it links libcurl and nobody else does.
#pragma once

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

}  // namespace patchstate
