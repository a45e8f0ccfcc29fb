// SPDX-License-Identifier: Apache-2.0
// What a hub answers. It is data from outside: capped, cleaned, and never an order.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "agent/endpoint.h"

namespace patchstate {

/// One answer over HTTP, or why there is none.
struct HttpAnswer {
  int status = 0;  ///< 0: there is no answer
  std::string body;
  std::optional<std::chrono::seconds> retry_after;
  std::string failure;  ///< when there is none: what was attempted, what happened, what to do
  /// How far the server's clock is ahead of ours; nullopt: it does not say.
  std::optional<std::chrono::seconds> ahead = std::nullopt;
};

/// 2xx: accepted. 413, 422, and 400 in a hub's own words: rejected. 401 and 403: unauthorized. Everything else, a
/// redirect and no answer at all: later.
Delivery delivery_of(const HttpAnswer& answer);

/// Of an answer to `report`: accepted only where it names this report, as a hub does that has it on disk. A page for
/// people, sent with 200 by whatever else listens there, must not empty the spool.
Delivery delivery_of_report(const HttpAnswer& answer, std::string_view report);

/// The key in an answer to an enrolment; nullopt: there is none in it.
std::optional<std::string> host_key_in(std::string_view body);

}  // namespace patchstate
