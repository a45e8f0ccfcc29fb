// SPDX-License-Identifier: Apache-2.0
#include "agent/https_endpoint.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <stdexcept>
#include <utility>

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include "agent/https_endpoint_failure.h"
#include "agent/https_endpoint_proxy.h"
#include "agent/https_endpoint_tls.h"
#include "agent/hub_address.h"
#include "agent/version.h"
#include "platform/curl_request.h"
#include "platform/gzip.h"

namespace patchstate {
namespace {

constexpr std::size_t kLargestAnswer = 64U << 10U;

/// By which the hub sees how wrong this machine's clock is (RFC 9110, 5.6.7).
std::string date_header() {
  return fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

struct Outgoing {
  std::string body;
  std::string_view content_type;
  Encoding encoding;
};

/// `name` in small letters, with its colon.
bool is_named(std::string_view line, std::string_view name) {
  const auto same = [](char one, char other) { return one == (other >= 'A' && other <= 'Z' ? other | 0x20 : other); };
  return line.size() > name.size() && std::equal(name.begin(), name.end(), line.begin(), same);
}

CurlHeaders headers_for(const HubAccess& access, const std::optional<Outgoing>& outgoing) {
  CurlHeaders headers;
  add(headers, date_header());
  const auto says_type = [](const std::string& line) { return is_named(line, "content-type:"); };
  if (outgoing && std::none_of(access.headers.begin(), access.headers.end(), says_type))
    add(headers, fmt::format("Content-Type: {}", outgoing->content_type));
  if (outgoing && outgoing->encoding == Encoding::gzip) add(headers, "Content-Encoding: gzip");
  add(headers, "Accept: application/json, application/problem+json");
  add(headers, "Expect:");  // no waiting for permission to send the body
  if (!access.host_key.empty()) add(headers, "Authorization: Bearer " + access.host_key);
  for (const auto& line : access.headers) add(headers, line);
  return headers;
}

/// A webhook's address stays as it is.
std::string url_of(const HubAccess& access, std::string_view path) {
  if (path.empty()) return access.hub;
  return access.hub.substr(0, access.hub.find_last_not_of('/') + 1).append(path);
}

struct Received {
  std::string body;
  std::size_t size = 0;                   ///< with all that stood before the body
  std::optional<std::time_t> date_ahead;  ///< the last date of a server, less ours
};

/// No exception crosses curl; taking less than was given ends the transfer.
std::size_t take(char* bytes, std::size_t one, std::size_t count, void* target) noexcept {
  auto& received = *static_cast<Received*>(target);
  received.size += one * count;
  if (received.size > kLargestAnswer) return 0;
  received.body.append(bytes, one * count);  // reserved
  return one * count;
}

/// "Date: Tue, 24 Nov 2026 06:37:27 GMT"; the last one counts.
std::size_t take_header(char* bytes, std::size_t one, std::size_t count, void* target) noexcept {
  auto& received = *static_cast<Received*>(target);
  received.size += one * count;
  if (received.size > kLargestAnswer) return 0;
  constexpr std::string_view kDate = "date:";
  const std::string_view line(bytes, one * count);
  if (line.size() < 100 && is_named(line, kDate)) {
    std::array<char, 100> value{};
    line.substr(kDate.size()).copy(value.data(), value.size() - 1);
    const std::time_t date = curl_getdate(value.data(), nullptr);
    if (date > 0) received.date_ahead = date - std::time(nullptr);
  }
  return one * count;
}

void set_trust(CURL* handle, const HubAccess& access) {
  const bool is_plain = access.hub.starts_with("http://");
  // Through a proxy of the environment plain http would leave the machine after all; for the rest curl takes it itself.
  if (is_plain)
    set(handle, CURLOPT_PROXY, "");
  else if (const auto proxy = proxy_for(access);
           proxy.origin == Proxy::Origin::configured || proxy.origin == Proxy::Origin::system)
    set(handle, CURLOPT_PROXY, proxy.address.c_str());
  if (!access.pinned_key.empty()) set(handle, CURLOPT_PINNEDPUBLICKEY, access.pinned_key.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set_certificates(handle, access);
}

void set_deadlines(CURL* handle, const Deadlines& deadlines) {
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(deadlines.connect.count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(deadlines.total.count()));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

std::string failure_of(CURL* handle, CURLcode code, std::string_view detail, const std::string& url,
                       const HubAccess& access) {
  if (code == CURLE_WRITE_ERROR)
    return fmt::format("{} answers with more than {} KiB; is a hub there?", url, kLargestAnswer >> 10U);
  CurlFailure failure{code, 0, 0, detail};
  curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &failure.verification);
  curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_answered);
  return told(failure, url, access);
}

HttpAnswer answer_of(CURL* handle, Received received) {
  HttpAnswer answer;
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
  answer.status = static_cast<int>(status);
  answer.body = std::move(received.body);
  if (retry_after > 0) answer.retry_after = std::chrono::seconds{retry_after};
  if (received.date_ahead) answer.ahead = std::chrono::seconds{*received.date_ahead};
  return answer;
}

/// With nothing outgoing a GET.
HttpAnswer exchange(const HubAccess& access, std::string_view path, const std::optional<Outgoing>& outgoing) {
  // Once, before anything else of curl; at the end of the program the system takes it all back.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const CurlHandle handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw std::runtime_error("libcurl can't be used here");
  const std::string url = url_of(access, path);
  const CurlHeaders headers = headers_for(access, outgoing);
  const std::string program = fmt::format("patchstate/{}", agent_version());
  Received received;
  received.body.reserve(kLargestAnswer);
  std::array<char, CURL_ERROR_SIZE> detail{};

  set(handle.get(), CURLOPT_ERRORBUFFER, detail.data());
  set(handle.get(), CURLOPT_URL, url.c_str());
  set_deadlines(handle.get(), access.deadlines);
  set(handle.get(), CURLOPT_USERAGENT, program.c_str());
  set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  if (outgoing) {
    set(handle.get(), CURLOPT_POSTFIELDS, outgoing->body.data());
    set(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(outgoing->body.size()));
  }
  set(handle.get(), CURLOPT_HEADERFUNCTION, &take_header);
  set(handle.get(), CURLOPT_HEADERDATA, static_cast<void*>(&received));
  set(handle.get(), CURLOPT_WRITEFUNCTION, &take);
  set(handle.get(), CURLOPT_WRITEDATA, static_cast<void*>(&received));
  set_trust(handle.get(), access);

  if (const CURLcode code = perform(handle.get(), access); code != CURLE_OK)
    return {0, {}, {}, failure_of(handle.get(), code, detail.data(), path.empty() ? shown_address(url) : url, access)};
  return answer_of(handle.get(), std::move(received));
}

}  // namespace

HttpAnswer post(const HubAccess& access, std::string_view path, const Message& message, Encoding encoding) {
  const auto body = encoding == Encoding::gzip ? gzip(message.body, Effort::usual) : std::string(message.body);
  return exchange(access, path, Outgoing{body, message.content_type, encoding});
}

HttpAnswer get(const HubAccess& access, std::string_view path) {
  return exchange(access, path, std::nullopt);
}

Delivery HttpsEndpoint::send(const Message& message) {
  const auto answer = post(access_, "/v1/assessments", message, Encoding::gzip);
  auto delivery = delivery_of_report(answer);
  if (answer.status != 0 && delivery.outcome == Outcome::retry_later)
    delivery.reason = fmt::format("{} answers {}", access_.hub, delivery.reason);
  return delivery;
}

Delivery WebEndpoint::send(const Message& message) {
  auto delivery = delivery_of(post(access_, {}, message, Encoding::plain));
  // The sentences are those about hubs.
  for (const auto& [hub, other] : {std::pair{"the hub", "the server"},
                                   {"a hub", "a server"},
                                   {"no hub", "no such server"},
                                   {"patchstate-hub", "server for it"},
                                   {"[report] hub", "its url"},
                                   {"[report]", "its [[destination]]:"}})
    replace_all(delivery.reason, hub, other);
  return delivery;
}

}  // namespace patchstate
