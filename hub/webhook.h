// SPDX-License-Identifier: Apache-2.0
// One notice to one address: POST over HTTPS, signed. docs/notifications.md.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

namespace patchstate {

struct Destination {
  std::string url;
  std::string shown;  ///< scheme, host and eight digits that tell two of them apart: the rest of a URL may be a secret
};

/// `text` is the URL, or "@FILE": a file that holds it, which only its owner may read. Throws std::runtime_error: no
/// URL, http to another machine, a password in it.
Destination destination_of(const std::string& text);

struct Webhook {
  std::string event;  ///< kind of the notice
  std::string id;     ///< the same with each try
  std::string body;   ///< JSON
};

struct WebhookAnswer {
  bool taken = false;                   ///< answered 2xx
  std::string text;                     ///< "200", or what went wrong, for people; never the URL
  std::chrono::seconds retry_after{0};  ///< as the server asks; 0: it does not
};

/// Never longer than half a minute, and ends at once when `stop` becomes true. `secret` empty: not signed.
WebhookAnswer post_webhook(const Destination& destination, const std::string& secret, const Webhook& webhook,
                           const std::atomic<bool>& stop);

}  // namespace patchstate
