// SPDX-License-Identifier: Apache-2.0
// Where an assessment goes to.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace patchstate {

/// Four, because four things are done about it: keep it for later; the same, and tell people that this machine must be
/// enrolled, or its key renewed; put this one aside; forget it.
enum class Outcome { retry_later, unauthorized, rejected, accepted };

struct Delivery {
  Outcome outcome = Outcome::retry_later;
  std::string reason;  ///< why it was not accepted, in words; empty when it was
  std::optional<std::chrono::seconds> retry_after;
  bool send_full = false;  ///< accepted, but the endpoint does not know what this heartbeat repeats
};

/// One report, in the words of its destination.
struct Message {
  std::string_view body;
  std::string_view content_type = "application/json";
  std::string_view name = {};  ///< unlike any other's, and fit for a file: its time and its id
};

class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// Whatever goes wrong on the way is a value: "later".
  virtual Delivery send(const Message& message) = 0;
};

}  // namespace patchstate
