// SPDX-License-Identifier: Apache-2.0
// A hub, over HTTPS: its certificate is always verified, its answer capped, its redirects not followed.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "agent/endpoint.h"
#include "agent/hub_answer_json.h"

namespace patchstate {

/// How long an exchange may take: until it is connected, and in all.
struct Deadlines {
  std::chrono::milliseconds connect = std::chrono::seconds{10};
  std::chrono::milliseconds total = std::chrono::seconds{60};
};

/// How to reach a hub and who we are to it.
struct HubAccess {
  std::string hub;                           ///< problem_of_hub() has none with it
  std::filesystem::path ca;                  ///< empty: the system's; otherwise this one alone
  std::filesystem::path client_certificate;  ///< empty: none
  std::filesystem::path client_key;
  std::string host_key;    ///< empty: none
  std::string proxy;       ///< empty: as the environment says
  std::string pinned_key;  ///< as curl's CURLOPT_PINNEDPUBLICKEY takes it; empty: none
  Deadlines deadlines{};
};

class HttpsEndpoint final : public Endpoint {
 public:
  explicit HttpsEndpoint(HubAccess access) : access_(std::move(access)) {}
  Delivery send(std::string_view body) override;

 private:
  HubAccess access_;
};

enum class Encoding { plain, gzip };
/// One POST of JSON to `path` of the hub. An answer is 64 KiB at most, its head included.
HttpAnswer post(const HubAccess& access, std::string_view path, std::string_view json, Encoding encoding);
/// The same for a GET.
HttpAnswer get(const HubAccess& access, std::string_view path);

}  // namespace patchstate
