// SPDX-License-Identifier: Apache-2.0
// Where an assessment goes to.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace patchstate {

/// Four, because four things are done about it: keep it for later; the same, and tell people that this machine must be
/// enrolled; put this one aside; forget it.
enum class Outcome { retry_later, unauthorized, rejected, accepted };

struct Delivery {
  Outcome outcome = Outcome::retry_later;
  std::string reason;  ///< why it was not accepted, in words; empty when it was
  std::optional<std::chrono::seconds> retry_after;
  bool send_full = false;  ///< accepted, but the endpoint does not know what this heartbeat repeats
};

class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// Takes one report or heartbeat, as JSON. Whatever goes wrong on the way is a value: "later".
  virtual Delivery send(std::string_view body) = 0;
};

}  // namespace patchstate
