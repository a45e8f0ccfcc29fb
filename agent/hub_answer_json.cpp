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

/// For an answer that says no more than its number, for it may be of something else than a hub.
std::string_view advice_for(int status) {
  if (status == 401) return "; `patchstate enroll --token-file FILE` gets this machine a new key";
  if (status == 403) return "; the hub, or something before it, does not let this machine report";
  if (status == 408) return "; the hub, or something before it, did not get the report in time";
  if (status == 413) return "; the hub, or something before it, must allow larger reports";
  if (status == 429) return "; the hub, or something before it, wants to be asked less often";
  if (status >= 500) return "; the log of the hub, or of what stands before it, says why";
  return "; is a patchstate-hub at that address?";
}

// {"title":"the report is not valid","status":422,"detail":"/patches/3/state: expected a string",
//  "pointer":"/patches/3/state"}
std::string problem_in(const nlohmann::json& document, int status) {
  std::string problem = fmt::format("HTTP {}", status);
  const auto title = text(document, "title");
  if (title.empty()) return problem.append(advice_for(status));
  problem += ": " + title;
  if (const auto detail = text(document, "detail"); !detail.empty()) problem += ": " + detail;
  if (const auto pointer = text(document, "pointer"); !pointer.empty()) problem += fmt::format(" (at {})", pointer);
  return problem;
}

/// What is done about a refusal. A wrong address, and a proxy that wants to be asked otherwise, say nothing about the
/// report: put aside one by one, the reports would be gone when it is mended.
Outcome outcome_of(int status, bool names_a_place) {
  switch (status) {
    case 401:
      return Outcome::unauthorized;
    case 403:  // a report of another host, as after this one got another id, will never be taken with this key
      return names_a_place ? Outcome::rejected : Outcome::unauthorized;
    case 404:
    case 405:
    case 407:
    case 408:
    case 421:
    case 425:
    case 429:
      return Outcome::retry_later;
    default:
      return status >= 400 && status < 500 ? Outcome::rejected : Outcome::retry_later;
  }
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
    const auto document = parsed(answer.body);
    delivery.outcome = outcome_of(status, !text(document, "pointer").empty());
    delivery.reason = problem_in(document, status);
  }
  return delivery;
}

Delivery delivery_of_report(const HttpAnswer& answer) {
  constexpr int kTooLarge = 413;  // also when something before the hub says so
  auto delivery = delivery_of(answer);
  const bool is_of_hub = answer.body.empty() || parsed(answer.body).is_object() || answer.status == kTooLarge;
  if (is_of_hub || (delivery.outcome != Outcome::accepted && delivery.outcome != Outcome::rejected)) return delivery;
  if (delivery.outcome == Outcome::accepted)
    delivery.reason =
        fmt::format("HTTP {}, but the answer is no hub's; is a patchstate-hub at that address?", answer.status);
  delivery.outcome = Outcome::retry_later;
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
