// SPDX-License-Identifier: Apache-2.0
#include "agent/delivery_state.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "agent/settings_text.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"

namespace patchstate {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr std::size_t kMaxFile = 16U << 10U;
constexpr std::size_t kLongestError = 1000;
constexpr seconds kFirstWait{30};
constexpr seconds kLongestWait = std::chrono::hours{1};
constexpr seconds kLongestAsked = std::chrono::hours{24};
constexpr int kMostFailures = 1'000'000;

fs::path file_in(const fs::path& folder) {
  return folder / "delivery-state";
}

void put(std::string& text, std::string_view key, const std::optional<Time>& time) {
  if (time) text += fmt::format("{}={}\n", key, format_time(*time));
}

void take(DeliveryState& state, std::string_view key, std::string_view value) {
  if (key == "failures") {
    std::from_chars(value.data(), value.data() + value.size(), state.failures);
    state.failures = std::clamp(state.failures, 0, kMostFailures);
  } else if (key == "not_before") {
    state.not_before = parse_time(value);
  } else if (key == "last_success") {
    state.last_success = parse_time(value);
  } else if (key == "last_failure") {
    state.last_failure = parse_time(value);
  } else if (key == "last_error") {
    state.last_error = clean_text(value, kLongestError);
  }
}

}  // namespace

// failures=3
// not_before=2026-11-24T06:37:27Z
// last_success=2026-11-23T22:00:03Z
// last_failure=2026-11-24T06:35:01Z
// last_error=cannot send to https://hub.example.org/v1/assessments: Connection refused
std::string to_text(const DeliveryState& state) {
  std::string text = fmt::format("failures={}\n", state.failures);
  put(text, "not_before", state.not_before);
  put(text, "last_success", state.last_success);
  put(text, "last_failure", state.last_failure);
  std::string error = clean_text(state.last_error, kLongestError);
  std::replace(error.begin(), error.end(), '\n', ' ');
  if (!error.empty()) text += fmt::format("last_error={}\n", error);
  return text;
}

DeliveryState parse_delivery_state(std::string_view text) {
  DeliveryState state;
  for_each_setting(text, [&](std::string_view key, std::string_view value) { take(state, key, value); });
  return state;
}

DeliveryState read_delivery_state(const fs::path& folder) {
  const auto text = read_file_if_there(file_in(folder), kMaxFile);
  return text ? parse_delivery_state(*text) : DeliveryState{};
}

void write_delivery_state(const fs::path& folder, const DeliveryState& state) {
  write_atomically(file_in(folder), to_text(state), 0644);
}

seconds wait_after(int failures, double random_part, std::optional<seconds> retry_after) {
  const double doubled = static_cast<double>(kFirstWait.count()) * std::exp2(std::clamp(failures - 1, 0, 20));
  const double most = std::min(doubled, static_cast<double>(kLongestWait.count()));
  const seconds jittered{static_cast<std::int64_t>(most * std::clamp(random_part, 0.0, 1.0))};
  return std::max({jittered, seconds{1}, std::min(retry_after.value_or(seconds{0}), kLongestAsked)});
}

bool is_due(const DeliveryState& state, Time now) {
  return !state.not_before || *state.not_before <= now || *state.not_before - now > kLongestAsked;
}

}  // namespace patchstate
