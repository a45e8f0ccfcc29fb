// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/page_overview.h"

#include <string_view>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"
#include "hub/api_parameters.h"
#include "hub/pages/chart.h"
#include "hub/pages/links.h"
#include "hub/pages/words.h"
#include "hub/questions.h"

namespace patchstate {
namespace {

constexpr std::size_t kTop = 10;
constexpr std::chrono::days kDays{90};

/// "Apply system updates: not completed: 7 of …" in its three parts.
void put_sentence(Data& data, const FleetCounts& counts, Time now) {
  const std::string sentence = sentence_about(counts, now);
  const auto first = sentence.find(": ");
  const auto second = sentence.find(": ", first + 2);
  const bool completed = is_completed(counts);
  data.set("subject", sentence.substr(0, first));
  data.set("state", sentence.substr(first + 2, second - first - 2));
  data.set("rest", sentence.substr(second + 2));
  data.set("empty", Data(counts.hosts == 0));
  data.set("state_class", counts.hosts == 0     ? "unknown"
                          : !completed          ? "not_completed"
                          : counts.accepted > 0 ? "accepted"
                                                : "completed");
}

std::string unknown_detail(const FleetCounts& counts) {
  std::string text;
  const auto add = [&](std::int64_t value, std::string_view words) {
    if (value > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number_text(value), words);
  };
  add(counts.silent, "not reporting");
  add(counts.never_reported, "never reported");
  add(counts.unknown - counts.silent - counts.never_reported, "can't prove it");
  return text;
}

void put_verdicts(Data& data, const FleetCounts& counts) {
  struct Share {
    std::string verdict;
    std::int64_t hosts;
    std::string detail;
  };
  const Share list[] = {
      {"noncompliant", counts.noncompliant,
       counts.security_updates > 0 ? count_text(counts.security_updates, "security update") + " missing" : ""},
      {"unknown", counts.unknown, unknown_detail(counts)},
      {"accepted", counts.accepted,
       counts.accepted_updates > 0 ? count_text(counts.accepted_updates, "security update") + " accepted" : ""},
      {"compliant", counts.compliant, ""}};
  Data shares(Data::type::list);
  Data tiles(Data::type::list);
  std::string label;
  double x = 0;
  for (const auto& one : list) {
    if (one.verdict == "accepted" && one.hosts == 0 && counts.accepted_updates == 0) continue;
    Data tile;
    tile.set("path", "/machines?verdict=" + one.verdict);
    tile.set("figure", number_text(one.hosts));
    tile.set("mark", mark_data(one.verdict));
    tile.set("detail", one.detail.empty() ? Data(false) : Data(one.detail));
    tiles << tile;
    label += fmt::format("{}{} {}", label.empty() ? "" : ", ", number_text(one.hosts), one.verdict);
    if (one.hosts == 0) continue;
    const double width = 1000.0 * static_cast<double>(one.hosts) / static_cast<double>(counts.hosts);
    Data share;
    share.set("class", one.verdict);
    share.set("x", fmt::format("{:.2f}", x));
    share.set("width", fmt::format("{:.2f}", width));
    shares << share;
    x += width;
  }
  data.set("shares", shares);
  data.set("shares_label", label);
  data.set("tiles", tiles);
}

void put_numbers(Data& data, const FleetCounts& counts) {
  Data numbers(Data::type::list);
  const auto add = [&](std::int64_t value, const char* path, std::string_view word) {
    Data one;
    one.set("figure", number_text(value));
    one.set("path", path);
    one.set("word", std::string(word));
    numbers << one;
  };
  add(counts.hosts, "/machines", counts.hosts == 1 ? "machine" : "machines");
  add(counts.reboots, "/machines?reboot=pending", counts.reboots == 1 ? "reboot pending" : "reboots pending");
  add(counts.other_updates, "/updates?security=false", counts.other_updates == 1 ? "other update" : "other updates");
  add(counts.past_support, "/machines?pastSupport=true", "past the end of support");
  data.set("numbers", numbers);
}

void put_days(Data& data, Store& store, Time now) {
  const auto days = fleet_days(store, now - kDays);
  const Data charts = exposure_charts(days);
  data.set("has_charts", Data(charts.is_non_empty_list()));
  data.set("charts", charts);
  Data rows(Data::type::list);
  for (auto one = days.rbegin(); one != days.rend(); ++one) {
    Data row;
    row.set("day", day_text(one->day));
    row.set("hosts", number_text(one->counts.hosts));
    row.set("noncompliant", number_text(one->counts.noncompliant));
    row.set("unknown", number_text(one->counts.unknown));
    row.set("security", number_text(one->counts.security_updates));
    row.set("oldest", age_text(one->counts.oldest_pending, one->day));
    rows << row;
  }
  data.set("days", rows);
}

void put_worst(Data& data, Store& store, Time now) {
  HostQuery query;
  query.verdict = "noncompliant";
  query.sort = "-security";
  query.limit = kTop;
  Data rows(Data::type::list);
  for (const auto& host : hosts(store, query, now).hosts) {
    Data row;
    row.set("path", machine_path(host.id));
    row.set("name", name_of(host));
    row.set("security", number_text(host.security));
    row.set("oldest", age_text(host.oldest_pending, now));
    rows << row;
  }
  data.set("has_worst", Data(rows.is_non_empty_list()));
  data.set("worst", rows);
}

void put_missing(Data& data, Store& store) {
  UpdateQuery query;
  query.security = true;
  query.limit = kTop;
  Data rows(Data::type::list);
  for (const auto& update : updates(store, query).updates) {
    Data row;
    row.set("path", update_path(update.key));
    row.set("name", update.name);
    row.set("version", update.version);
    row.set("severity", update.severity);
    row.set("machines", number_text(update.missing_on));
    rows << row;
  }
  data.set("has_missing", Data(rows.is_non_empty_list()));
  data.set("missing", rows);
}

void put_systems(Data& data, Store& store, Time now) {
  Data rows(Data::type::list);
  for (const auto& system : systems(store, now)) {
    Data row;
    row.set("name", system.name.empty() ? "not known" : system.name);
    row.set("path", system.filter.empty() ? Data(false) : Data("to", "/machines?os=" + percent_encoded(system.filter)));
    row.set("hosts", number_text(system.hosts));
    row.set("security", number_text(system.security));
    row.set("past", number_text(system.past_support));
    rows << row;
  }
  data.set("has_systems", Data(rows.is_non_empty_list()));
  data.set("systems", rows);
}

}  // namespace

HttpResponse overview_page(Store& store, const Visitor& visitor, Time now) {
  Page page;
  page.title = "Overview";
  page.place = "/";
  page.body = "overview";
  const FleetCounts counts = fleet_counts(store, now);
  put_sentence(page.data, counts, now);
  put_verdicts(page.data, counts);
  put_numbers(page.data, counts);
  put_days(page.data, store, now);
  put_worst(page.data, store, now);
  put_missing(page.data, store);
  put_systems(page.data, store, now);
  return render(page, &visitor, now);
}

}  // namespace patchstate
