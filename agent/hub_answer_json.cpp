// SPDX-License-Identifier: Apache-2.0
#include "agent/hub_answer_json.h"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

constexpr std::size_t kLongestText = 500;
constexpr std::size_t kLongestKey = 180;
constexpr std::chrono::seconds kLongestWait = std::chrono::hours{24};
constexpr int kDeepest = 8;

/// Null for what is no JSON, and for what is nested deeper than any answer: the library would follow it down the stack.
nlohmann::json parsed(std::string_view body) {
  bool too_deep = false;
  const auto guard = [&too_deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  auto answer = nlohmann::json::parse(body, guard, false);
  return too_deep || !answer.is_object() ? nlohmann::json() : answer;
}

std::string text(const nlohmann::json& answer, const char* key) {
  const auto found = answer.is_object() ? answer.find(key) : answer.end();
  if (found == answer.end() || !found->is_string()) return {};
  std::string line = masked(found->get<std::string>(), kLongestText);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

// {"title":"the report is not valid","status":422,"detail":"/patches/3/state: expected a string",
//  "pointer":"/patches/3/state"}
std::string problem_in(const HttpAnswer& answer) {
  const auto document = parsed(answer.body);
  std::string problem = fmt::format("HTTP {}", answer.status);
  for (const auto* key : {"title", "detail"})
    if (const auto said = text(document, key); !said.empty()) problem += ": " + said;
  if (const auto pointer = text(document, "pointer"); !pointer.empty()) problem += fmt::format(" (at {})", pointer);
  return problem;
}

}  // namespace

Delivery delivery_of(const HttpAnswer& answer) {
  Delivery delivery;
  if (answer.retry_after) delivery.retry_after = std::clamp(*answer.retry_after, std::chrono::seconds{}, kLongestWait);
  const int status = answer.status;
  if (status == 0) {
    delivery.reason = answer.failure;
  } else if (status >= 200 && status < 300) {
    delivery.outcome = Outcome::accepted;
    // {"assessmentActivityId":"…","sendFull":false}
    const auto document = parsed(answer.body);
    delivery.send_full = document.is_object() && document.value("sendFull", nlohmann::json()) == true;
  } else if (status >= 300 && status < 400) {
    delivery.reason = fmt::format(
        "HTTP {}: the hub sends its callers elsewhere, where this host's key does not go; write the address itself "
        "into [report] hub",
        status);
  } else {
    if (status == 401 || status == 403)
      delivery.outcome = Outcome::unauthorized;
    else if (status >= 400 && status < 500 && status != 408 && status != 429)
      delivery.outcome = Outcome::rejected;
    delivery.reason = problem_in(answer);
  }
  return delivery;
}

std::optional<std::string> host_key_in(std::string_view body) {
  // {"hostId":"…","hostKey":"psh_…"}
  const auto document = parsed(body);
  const auto found = document.is_object() ? document.find("hostKey") : document.end();
  if (found == document.end() || !found->is_string()) return std::nullopt;
  auto key = found->get<std::string>();
  // It becomes part of a header line.
  const bool is_good = !key.empty() && key.size() <= kLongestKey &&
                       std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return is_good ? std::optional(std::move(key)) : std::nullopt;
}

}  // namespace patchstate
