// SPDX-License-Identifier: Apache-2.0
#include "agent/https_endpoint.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include "agent/version.h"
#include "assessment/assessment_json.h"
#include "platform/gzip.h"

namespace patchstate {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 60;
constexpr std::size_t kLargestAnswer = 64U << 10U;

struct EndHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct EndList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, EndList>;

void add(Headers& headers, const std::string& line) {
  curl_slist* const longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers.release());
  headers.reset(longer);
}

/// By which the hub sees how wrong this machine's clock is (RFC 9110, 5.6.7).
std::string date_header() {
  return fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

Headers headers_for(const HubAccess& access, std::optional<Encoding> encoding) {
  Headers headers;
  add(headers, date_header());
  if (encoding) add(headers, "Content-Type: application/json");
  if (encoding == Encoding::gzip) add(headers, "Content-Encoding: gzip");
  add(headers, "Accept: application/json, application/problem+json");
  add(headers, "Expect:");  // no waiting for permission to send the body
  if (!access.host_key.empty()) add(headers, "Authorization: Bearer " + access.host_key);
  return headers;
}

/// No exception crosses curl; taking less than was given ends the transfer.
std::size_t take(char* bytes, std::size_t one, std::size_t count, void* target) noexcept {
  auto& body = *static_cast<std::string*>(target);
  const std::size_t size = one * count;
  if (body.size() + size > kLargestAnswer) return 0;
  body.append(bytes, size);  // reserved
  return size;
}

/// "Date: Tue, 24 Nov 2026 06:37:27 GMT"; the last one counts.
std::size_t take_header(char* bytes, std::size_t one, std::size_t count, void* target) noexcept {
  constexpr std::string_view kDate = "date:";
  const std::string_view line(bytes, one * count);
  const auto same = [](char expected, char found) { return expected == (found | 0x20); };
  if (line.size() > kDate.size() && line.size() < 100 && std::equal(kDate.begin(), kDate.end(), line.begin(), same)) {
    std::array<char, 100> value{};
    line.substr(kDate.size()).copy(value.data(), value.size() - 1);
    const std::time_t date = curl_getdate(value.data(), nullptr);
    if (date > 0) *static_cast<std::time_t*>(target) = date - std::time(nullptr);
  }
  return one * count;
}

constexpr std::time_t kNoDate = std::numeric_limits<std::time_t>::max();

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(handle, option, value); code != CURLE_OK)
    throw std::runtime_error(
        fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
}

void set_file(CURL* handle, CURLoption option, const std::filesystem::path& file) {
  if (!file.empty()) set(handle, option, file.c_str());
}

void set_trust(CURL* handle, const HubAccess& access) {
  const bool is_plain = access.hub.starts_with("http://");
  // Through a proxy of the environment plain http would leave the machine after all.
  if (is_plain)
    set(handle, CURLOPT_PROXY, "");
  else if (!access.proxy.empty())
    set(handle, CURLOPT_PROXY, access.proxy.c_str());
  if (!access.pinned_key.empty()) set(handle, CURLOPT_PINNEDPUBLICKEY, access.pinned_key.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!access.ca.empty()) {
    set(handle, CURLOPT_CAINFO, access.ca.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // else the system's CAs would do, too
  }
  set_file(handle, CURLOPT_SSLCERT, access.client_certificate);
  set_file(handle, CURLOPT_SSLKEY, access.client_key);
}

std::string advice_for(CURLcode code, const HubAccess& access) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return access.ca.empty() ? "; a hub with a private CA needs its file in [report] ca, or --ca"
                               : fmt::format("; the CAs trusted are those in {}", access.ca.string());
    case CURLE_SSL_CACERT_BADFILE:
      return fmt::format("; {} must hold certificates in PEM", access.ca.string());
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return "; the hub has another key than [report] pinned_key says: was it renewed, or is this not the hub?";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "; see [report] proxy, or the environment's https_proxy";
    case CURLE_SSL_CERTPROBLEM:
      return "; see [report] client_certificate and client_key";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return "; is the hub running, and its address right?";
    default:
      return {};
  }
}

std::string failure_of(CURLcode code, const std::string& url, std::string_view detail, const HubAccess& access) {
  if (code == CURLE_WRITE_ERROR)
    return fmt::format("{} answers with more than {} KiB; is a hub there?", url, kLargestAnswer >> 10U);
  const std::string what = clean_text(detail.empty() ? std::string_view(curl_easy_strerror(code)) : detail, 300);
  return fmt::format("cannot send to {}: {}{}", url, what, advice_for(code, access));
}

/// Without an encoding a GET.
HttpAnswer exchange(const HubAccess& access, std::string_view path, std::optional<Encoding> encoding,
                    const std::string& body) {
  // Once, before anything else of curl; at the end of the program the system takes it all back.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, EndHandle> handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw std::runtime_error("libcurl can't be used here");
  const std::string url = access.hub.substr(0, access.hub.find_last_not_of('/') + 1) + std::string(path);
  const Headers headers = headers_for(access, encoding);
  const std::string program = fmt::format("patchstate/{}", agent_version());
  HttpAnswer answer;
  answer.body.reserve(kLargestAnswer);
  std::array<char, CURL_ERROR_SIZE> detail{};

  set(handle.get(), CURLOPT_ERRORBUFFER, detail.data());
  set(handle.get(), CURLOPT_URL, url.c_str());
  set(handle.get(), CURLOPT_NOSIGNAL, 1L);
  set(handle.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(handle.get(), CURLOPT_TIMEOUT, kTotalSeconds);
  set(handle.get(), CURLOPT_USERAGENT, program.c_str());
  set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  if (encoding) {
    set(handle.get(), CURLOPT_POSTFIELDS, body.data());
    set(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  std::time_t ahead = kNoDate;
  set(handle.get(), CURLOPT_HEADERFUNCTION, &take_header);
  set(handle.get(), CURLOPT_HEADERDATA, static_cast<void*>(&ahead));
  set(handle.get(), CURLOPT_WRITEFUNCTION, &take);
  set(handle.get(), CURLOPT_WRITEDATA, static_cast<void*>(&answer.body));
  set_trust(handle.get(), access);

  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK) {
    answer.failure = failure_of(code, url, detail.data(), access);
    return answer;
  }
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle.get(), CURLINFO_RETRY_AFTER, &retry_after);
  answer.status = static_cast<int>(status);
  if (retry_after > 0) answer.retry_after = std::chrono::seconds{retry_after};
  if (ahead != kNoDate) answer.ahead = std::chrono::seconds{ahead};
  return answer;
}

}  // namespace

HttpAnswer post(const HubAccess& access, std::string_view path, std::string_view json, Encoding encoding) {
  return exchange(access, path, encoding, encoding == Encoding::gzip ? gzip(json, Effort::usual) : std::string(json));
}

HttpAnswer get(const HubAccess& access, std::string_view path) {
  return exchange(access, path, std::nullopt, {});
}

Delivery HttpsEndpoint::send(std::string_view body) {
  const auto answer = post(access_, "/v1/assessments", body, Encoding::gzip);
  auto delivery = delivery_of_report(answer, body);
  if (answer.status != 0 && delivery.outcome == Outcome::retry_later)
    delivery.reason = fmt::format("{} answers {}", access_.hub, delivery.reason);
  return delivery;
}

}  // namespace patchstate
