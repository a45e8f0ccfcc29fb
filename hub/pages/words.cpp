// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/words.h"

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"

namespace patchstate {

std::string day_text(Time time) {
  return format_time(time).substr(0, 10);
}

Data time_data(Time time) {
  if (time == Time{}) return Data(false);
  const std::string text = format_time(time);  // 2026-11-28T07:51:37Z
  Data data;
  data.set("machine", text);
  data.set("text", fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 5)));
  return data;
}

std::string age_text(Time since, Time now) {
  return since == Time{} ? std::string() : age_in_words(now - since);
}

std::string heard_text(Time received, Time now) {
  if (received == Time{}) return "never";
  return now - received < std::chrono::minutes{1} ? "just now" : age_in_words(now - received) + " ago";
}

Data mark_data(std::string_view verdict) {
  const bool accepted = verdict == "accepted";
  Data data;
  data.set("class", std::string(verdict));
  data.set("word", accepted ? "accepted risk" : std::string(verdict));
  for (const auto* const shape : {"compliant", "noncompliant", "accepted", "unknown"})
    data.set(std::string("is_") + shape, Data(verdict == shape));
  return data;
}

}  // namespace patchstate
