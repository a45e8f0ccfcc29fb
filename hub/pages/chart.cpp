// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/chart.h"

#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/pages/words.h"

namespace patchstate {
namespace {

// Of the drawing, 480 by 180. Words stand over the lines they name, so that no number is too long for a margin.
constexpr double kRight = 480;
constexpr double kTop = 20;
constexpr double kBottom = 154;
constexpr int kSteps = 4;

/// The least number that is not below `value` and divides into equal, round steps.
std::int64_t round_top(std::int64_t value) {
  std::int64_t power = 1;
  while (true) {
    for (const std::int64_t factor : {4, 8, 12, 16, 20, 40})
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
  double at(Time day) const { return kRight * static_cast<double>((day - begin_).count()) / span_; }

 private:
  Time begin_;
  double span_;
};

Data grid_data(std::int64_t top) {
  Data grid(Data::type::list);
  for (int step = 0; step <= kSteps; ++step) {
    const double y = height_of(step, kSteps);
    Data line;
    line.set("y", fmt::format("{:.1f}", y));
    line.set("above", fmt::format("{:.1f}", y - 4));
    line.set("value", number_text(top * step / kSteps));
    grid << line;
  }
  return grid;
}

Data ticks_data(const std::vector<FleetDay>& days, const Axis& axis) {
  Data ticks(Data::type::list);
  const auto add = [&](const FleetDay& one, const char* anchor) {
    Data tick;
    tick.set("x", fmt::format("{:.0f}", axis.at(one.day)));
    tick.set("anchor", anchor);
    tick.set("day", day_text(one.day));
    ticks << tick;
  };
  add(days.front(), "start");
  if (days.size() > 2) add(days[days.size() / 2], "middle");
  add(days.back(), "end");
  return ticks;
}

/// One line over all days. `name`: its class in the style sheet; `said`: what its values are, for those who don't see
/// it.
template <class ValueOf>
Data figure(const std::vector<FleetDay>& days, const char* name, const char* caption, const char* said,
            const ValueOf& value_of) {
  std::int64_t most = 0;
  for (const auto& one : days) most = std::max(most, value_of(one));
  const std::int64_t top = round_top(most);
  const Axis axis(days);
  std::string edge;
  for (const auto& one : days)
    edge += fmt::format("{}{:.1f} {:.1f}", edge.empty() ? 'M' : 'L', axis.at(one.day), height_of(value_of(one), top));
  Data data;
  data.set("name", name);
  data.set("caption", caption);
  data.set("edge", edge);
  data.set("area", fmt::format("{}L{:.1f} {}L0 {}Z", edge, axis.at(days.back().day), kBottom, kBottom));
  data.set("grid", grid_data(top));
  data.set("ticks", ticks_data(days, axis));
  data.set("chart_label",
           fmt::format("{}, from {} to {}: {} at first, {} at last, {} at most; the table below has each day.", said,
                       day_text(days.front().day), day_text(days.back().day), number_text(value_of(days.front())),
                       number_text(value_of(days.back())), number_text(most)));
  return data;
}

}  // namespace

Data exposure_charts(const std::vector<FleetDay>& days) {
  Data charts(Data::type::list);
  if (days.size() < 2) return charts;
  charts << figure(days, "missing", "Security updates missing in the fleet, at each midnight (UTC)",
                   "Security updates missing", [](const FleetDay& one) { return one.counts.security_updates; });
  charts << figure(days, "waiting", "For how many days the oldest of them had been pending",
                   "Days that the oldest had been pending", age_in_days);
  return charts;
}

}  // namespace patchstate
