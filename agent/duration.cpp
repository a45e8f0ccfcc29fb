// SPDX-License-Identifier: Apache-2.0
#include "agent/duration.h"

#include <charconv>
#include <cstdint>

namespace patchstate {
namespace {

std::optional<std::int64_t> seconds_in(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 7 * 86400;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto unit = seconds_in(text.back());
  const char* const end = text.data() + text.size() - 1;
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(text.data(), end, number);
  if (!unit || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  const std::chrono::seconds duration{std::int64_t{number} * *unit};
  if (duration > std::chrono::years{100}) return std::nullopt;
  return duration;
}

}  // namespace patchstate
