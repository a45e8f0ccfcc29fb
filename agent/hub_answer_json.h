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

/// 2xx: accepted. 401 and 403: unauthorized, but a 403 that names a place in the report: rejected. What a wrong
/// address, a proxy or an overloaded server answers (404, 405, 407, 408, 421, 425, 429, 5xx), a redirect and no answer
/// at all: later. Every other one: rejected.
Delivery delivery_of(const HttpAnswer& answer);
/// Of a hub's answer to a report. What a hub says beside the status is an object of JSON or nothing; a page for people,
/// of whatever else listens there (a portal that wants to be logged in to, a proxy that wants a certificate), must not
/// empty the spool: later.
Delivery delivery_of_report(const HttpAnswer& answer);

/// The key in an answer to an enrolment; nullopt: there is none in it.
std::optional<std::string> host_key_in(std::string_view body);

}  // namespace patchstate
