// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/chart.h"

#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/pages/words.h"

namespace patchstate {
namespace {

constexpr double kLeft = 44;
constexpr double kRight = 956;
constexpr double kTop = 10;
constexpr double kBottom = 206;
constexpr int kSteps = 4;

/// The least number that is not below `value` and divides into equal, round steps.
std::int64_t round_top(std::int64_t value) {
  std::int64_t power = 1;
  while (true) {
    for (const std::int64_t factor : {4, 8, 12, 20, 40})
      if (factor * power >= value) return factor * power;
    power *= 10;
  }
}

std::int64_t age_in_days(const FleetDay& one) {
  if (one.counts.oldest_pending == Time{}) return 0;
  return std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::days>(one.day - one.counts.oldest_pending).count());
}

double height_of(std::int64_t value, std::int64_t top) {
  return kBottom - (kBottom - kTop) * static_cast<double>(value) / static_cast<double>(top);
}

class Axis {
 public:
  explicit Axis(const std::vector<FleetDay>& days)
      : begin_(days.front().day), span_(std::max<double>(1, static_cast<double>((days.back().day - begin_).count()))) {}
  double at(Time day) const { return kLeft + (kRight - kLeft) * static_cast<double>((day - begin_).count()) / span_; }

 private:
  Time begin_;
  double span_;
};

}  // namespace

Data exposure_chart(const std::vector<FleetDay>& days) {
  if (days.size() < 2) return Data(false);
  std::int64_t most = 0;
  std::int64_t oldest = 0;
  for (const auto& one : days) {
    most = std::max(most, one.counts.security_updates);
    oldest = std::max(oldest, age_in_days(one));
  }
  const std::int64_t top = round_top(most);
  const std::int64_t age_top = round_top(oldest);
  const Axis axis(days);
  std::string edge;
  std::string age;
  for (const auto& one : days) {
    const char step = edge.empty() ? 'M' : 'L';
    edge += fmt::format("{}{:.1f} {:.1f}", step, axis.at(one.day), height_of(one.counts.security_updates, top));
    age += fmt::format("{}{:.1f} {:.1f}", step, axis.at(one.day), height_of(age_in_days(one), age_top));
  }
  Data grid(Data::type::list);
  for (int step = 0; step <= kSteps; ++step) {
    Data line;
    line.set("y", fmt::format("{:.0f}", height_of(step, kSteps)));
    line.set("left", number_text(top * step / kSteps));
    line.set("right", fmt::format("{} d", number_text(age_top * step / kSteps)));
    grid << line;
  }
  Data ticks(Data::type::list);
  const std::pair<const FleetDay*, const char*> marked[] = {
      {&days.front(), "start"}, {&days[days.size() / 2], "middle"}, {&days.back(), "end"}};
  for (const auto& [one, anchor] : marked) {
    if (days.size() == 2 && one == marked[1].first && one == marked[2].first) continue;
    Data tick;
    tick.set("x", fmt::format("{:.0f}", axis.at(one->day)));
    tick.set("anchor", anchor);
    tick.set("day", day_text(one->day));
    ticks << tick;
  }
  Data chart;
  chart.set("edge", edge);
  chart.set("area", fmt::format("{}L{:.1f} {}L{:.1f} {}Z", edge, axis.at(days.back().day), kBottom, kLeft, kBottom));
  chart.set("age", age);
  chart.set("grid", grid);
  chart.set("ticks", ticks);
  chart.set("chart_label",
            fmt::format("From {} to {}: {} missing at first, {} at last, {} at most; the table below has each day.",
                        day_text(days.front().day), day_text(days.back().day),
                        count_text(days.front().counts.security_updates, "security update"),
                        number_text(days.back().counts.security_updates), number_text(most)));
  return chart;
}

}  // namespace patchstate
