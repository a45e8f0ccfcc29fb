// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// What four digits of a year can say. A hostile date beyond it is written as the nearest one that can be read again.
constexpr Time kFirst = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Time kLast = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} + hours{24} - seconds{1};

/// Takes `digits` digits off the front of `text`; nullopt when they aren't all digits.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const char* end = text.data() + digits;
  if (text[0] == '-' || text[0] == '+' || std::from_chars(text.data(), end, value).ptr != end) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// "-11-24" behind the year.
std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

/// "06:37" within a day.
std::optional<seconds> take_hours_and_minutes(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return hours{*hour} + minutes{*minute};
}

/// "Z" or "+01:00": how far the written time is ahead of UTC.
std::optional<seconds> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return seconds{0};
  const bool ahead = take(text, '+');
  if (!ahead && !take(text, '-')) return std::nullopt;
  const auto offset = take_hours_and_minutes(text);
  if (!offset) return std::nullopt;
  return ahead ? *offset : -*offset;
}

/// The last `count` digits of a number. By hand: times are a tenth of what an unchanged run writes.
void put_digits(std::string& text, std::size_t at, std::size_t count, int number) {
  for (std::size_t digit = at + count; digit > at; number /= 10) text[--digit] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string format_time(Time time) {
  time = std::clamp(time, kFirst, kLast);
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text = "0000-00-00T00:00:00Z";
  put_digits(text, 0, 4, static_cast<int>(date.year()));
  put_digits(text, 5, 2, static_cast<int>(static_cast<unsigned>(date.month())));
  put_digits(text, 8, 2, static_cast<int>(static_cast<unsigned>(date.day())));
  put_digits(text, 11, 2, static_cast<int>(clock.hours().count()));
  put_digits(text, 14, 2, static_cast<int>(clock.minutes().count()));
  put_digits(text, 17, 2, static_cast<int>(clock.seconds().count()));
  return text;
}

// 2026-11-24T06:37:27Z
// 2026-11-24T07:37:27.250+01:00
std::optional<Time> parse_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, 'T')) return std::nullopt;
  const auto clock = take_hours_and_minutes(text);
  if (!clock || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 59) return std::nullopt;
  if (take(text, '.')) {
    if (!take_number(text, 1)) return std::nullopt;
    while (take_number(text, 1)) continue;
  }
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return *date + *clock + seconds{*second} - *offset;
}

}  // namespace patchstate
