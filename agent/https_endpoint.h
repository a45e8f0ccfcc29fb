// SPDX-License-Identifier: Apache-2.0
// A hub, or another address, over HTTPS: its certificate is always verified, its answer capped, its redirects not
// followed.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config.h"
#include "agent/endpoint.h"
#include "agent/hub_answer_json.h"

namespace patchstate {

/// How long an exchange may take: until it is connected, and in all.
struct Deadlines {
  std::chrono::milliseconds connect = std::chrono::seconds{10};
  std::chrono::milliseconds total = std::chrono::seconds{60};
};

/// How to reach a hub, or another address, and who we are to it.
struct HubAccess : Transport {
  std::string hub;                   ///< problem_of_hub() or problem_of_url() has none with it
  std::string host_key;              ///< empty: none
  std::vector<std::string> headers;  ///< further lines, secrets
  Deadlines deadlines{};
};

class HttpsEndpoint final : public Endpoint {
 public:
  explicit HttpsEndpoint(HubAccess access) : access_(std::move(access)) {}
  Delivery send(const Message& message) override;

 private:
  HubAccess access_;
};

/// Any other address that takes a POST: its 2xx is all that it need say.
class WebEndpoint final : public Endpoint {
 public:
  explicit WebEndpoint(HubAccess access) : access_(std::move(access)) {}
  Delivery send(const Message& message) override;

 private:
  HubAccess access_;
};

enum class Encoding { plain, gzip };
/// One POST to `path` of the hub. An answer is 64 KiB at most, its head included.
HttpAnswer post(const HubAccess& access, std::string_view path, const Message& message, Encoding encoding);
/// The same for a GET.
HttpAnswer get(const HubAccess& access, std::string_view path);

}  // namespace patchstate
