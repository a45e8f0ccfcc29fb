// SPDX-License-Identifier: Apache-2.0
#include "hub/webhook.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <curl/curl.h>
#include <fmt/core.h>

#include "assessment/words.h"
#include "platform/curl_request.h"
#include "platform/hash.h"
#include "platform/secret_file.h"

namespace patchstate {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 30;
constexpr std::size_t kLargestAnswer = 64U << 10U;
constexpr std::size_t kShownAnswer = 200;

CurlHeaders headers_for(const std::string& secret, const Webhook& webhook) {
  CurlHeaders headers;
  add(headers, "Content-Type: application/json");
  add(headers, "Expect:");  // no waiting for permission to send the body
  add(headers, "X-Patchstate-Event: " + webhook.event);
  add(headers, "X-Patchstate-Delivery: " + webhook.id);
  if (!secret.empty()) {
    const auto at = std::to_string(std::time(nullptr));
    add(headers,
        fmt::format("X-Patchstate-Signature: t={},v1={}", at, hex(hmac_sha256(secret, at + "." + webhook.body))));
  }
  return headers;
}

struct Received {
  std::string body;
  std::size_t size = 0;
};

/// No exception crosses curl; taking less than was given ends the transfer.
std::size_t take(char* bytes, std::size_t one, std::size_t count, void* target) noexcept {
  auto& received = *static_cast<Received*>(target);
  received.size += one * count;
  if (received.size > kLargestAnswer) return 0;
  const std::size_t room = kShownAnswer - received.body.size();  // reserved
  received.body.append(bytes, std::min(room, one * count));
  return one * count;
}

std::size_t take_header(char*, std::size_t one, std::size_t count, void* target) noexcept {
  auto& received = *static_cast<Received*>(target);
  received.size += one * count;
  return received.size > kLargestAnswer ? 0 : one * count;
}

int look_for_stop(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

bool is_plain(const std::string& url) {
  return url.starts_with("http:");
}

void set_trust(CURL* handle, const std::string& url) {
  // Through a proxy of the environment plain http would leave the machine after all.
  if (is_plain(url)) set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_PROTOCOLS_STR, is_plain(url) ? "http" : "https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);  // the signed body is for this address only
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  trust_system(handle);
  // As all that uses OpenSSL understands it; libcurl itself asks the system's certificates only.
  if (const char* const file = std::getenv("SSL_CERT_FILE"); file != nullptr) set(handle, CURLOPT_CAINFO, file);
}

WebhookAnswer answer_of(CURL* handle, const Received& received) {
  WebhookAnswer answer;
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
  answer.taken = status >= 200 && status < 300;
  answer.retry_after = std::chrono::seconds{retry_after};
  answer.text = std::to_string(status);
  if (const auto said = one_line(received.body); !said.empty()) answer.text += " " + said;
  return answer;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "[::1]";
}

}  // namespace

Destination destination_of(const std::string& text) {
  std::string url = text;
  if (text.starts_with('@')) {
    auto read = read_secret(text.substr(1));
    if (!read.problem.empty()) throw std::runtime_error(read.problem);
    url = std::move(read.secret);
  }
  const auto refuse = [](const char* why) { throw std::runtime_error(fmt::format("--notify: {}", why)); };
  Poco::URI uri;
  try {
    uri = Poco::URI(url);
  } catch (const Poco::Exception&) {
    refuse("expected https://…, or @FILE with that in it");
  }
  if ((uri.getScheme() != "https" && uri.getScheme() != "http") || uri.getHost().empty() || one_line(url) != url)
    refuse("expected https://…, or @FILE with that in it");
  if (uri.getScheme() == "http" && !is_loopback(uri.getHost()))
    refuse("http would show the network which machines can be attacked: use https");
  if (!uri.getUserInfo().empty()) refuse("a name or password in a URL is not sent; leave it out");
  return {url, fmt::format("{}://{}/… ({})", uri.getScheme(), uri.getAuthority(),
                           sha256_hex("patchstate destination 1\n" + url).substr(0, 8))};
}

WebhookAnswer post_webhook(const Destination& destination, const std::string& secret, const Webhook& webhook,
                           const std::atomic<bool>& stop) {
  // Once, before anything else of curl; at the end of the program the system takes it all back.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const CurlHandle handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw std::runtime_error("libcurl can't be used here");
  const CurlHeaders headers = headers_for(secret, webhook);
  Received received;
  received.body.reserve(kShownAnswer);
  std::array<char, CURL_ERROR_SIZE> detail{};

  set(handle.get(), CURLOPT_ERRORBUFFER, detail.data());
  set(handle.get(), CURLOPT_URL, destination.url.c_str());
  set(handle.get(), CURLOPT_NOSIGNAL, 1L);
  set(handle.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(handle.get(), CURLOPT_TIMEOUT, kTotalSeconds);
  set(handle.get(), CURLOPT_NOPROGRESS, 0L);
  set(handle.get(), CURLOPT_XFERINFOFUNCTION, &look_for_stop);
  set(handle.get(), CURLOPT_XFERINFODATA, static_cast<const void*>(&stop));
  set(handle.get(), CURLOPT_USERAGENT, "patchstate-hub/" PATCHSTATE_VERSION);
  set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  set(handle.get(), CURLOPT_POSTFIELDS, webhook.body.data());
  set(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(webhook.body.size()));
  set(handle.get(), CURLOPT_HEADERFUNCTION, &take_header);
  set(handle.get(), CURLOPT_HEADERDATA, static_cast<void*>(&received));
  set(handle.get(), CURLOPT_WRITEFUNCTION, &take);
  set(handle.get(), CURLOPT_WRITEDATA, static_cast<void*>(&received));
  set_trust(handle.get(), destination.url);

  const CURLcode code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return answer_of(handle.get(), received);
  if (code == CURLE_WRITE_ERROR) return {false, "the answer was longer than 64 KiB", {}};
  if (code == CURLE_ABORTED_BY_CALLBACK) return {false, "the hub was stopped meanwhile", {}};
  return {false, one_line(detail[0] == '\0' ? curl_easy_strerror(code) : detail.data()), {}};
}

}  // namespace patchstate
