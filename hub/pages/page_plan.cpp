// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include <fmt/core.h>

#include "hub/api_parameters.h"
#include "hub/csv.h"
#include "hub/pages/links.h"
#include "hub/pages/page_update.h"
#include "hub/pages/update_words.h"
#include "hub/pages/words.h"
#include "hub/questions.h"

namespace patchstate {
namespace {

constexpr std::size_t kRows = 100;
constexpr const char* kRestartWords = "Restart the machines that wait for it";

std::vector<UpdateRecord> records_of(Store& store, std::span<const PlanStep> steps) {
  std::vector<std::int64_t> keys;
  for (const auto& step : steps)
    if (step.update != kRestart) keys.push_back(step.update);
  return updates_of_keys(store, keys);
}

/// Each step with its update; a restart with none.
template <class Each>
void for_each_step(Store& store, std::span<const PlanStep> steps, Each&& each) {
  const auto records = records_of(store, steps);
  auto next = records.begin();
  for (const auto& step : steps) {
    const bool is_update = step.update != kRestart && next != records.end() && next->key == step.update;
    each(step, is_update ? &*next : nullptr);
    if (is_update) ++next;
  }
}

/// Why there is nothing to install.
void put_nothing(Data& data, const FleetCounts& counts) {
  data.set("nobody", Data(counts.hosts == 0));
  data.set("completed", Data(is_completed(counts)));
  data.set("accepted", Data(counts.accepted > 0));
}

HttpResponse plan_as_csv(Store& store, const FleetPlan& plan) {
  std::string text = "step,updateId,name,version,classification,severity,missingOn,compliantAfterIt\r\n";
  std::size_t number = 0;
  for_each_step(store, plan.steps, [&](const PlanStep& step, const UpdateRecord* update) {
    const UpdateRecord none;
    const UpdateRecord& of = update == nullptr ? none : *update;
    text += csv_line({std::to_string(++number), update == nullptr ? "" : std::to_string(of.key),
                      update == nullptr ? kRestartWords : of.name, of.version, of.classification, of.severity,
                      update == nullptr ? "" : std::to_string(of.missing_on), std::to_string(step.compliant)});
  });
  return csv_file("plan", std::move(text));
}

std::string lead_of(const FleetPlan& plan) {
  if (plan.steps.empty()) return {};
  std::string text =
      fmt::format("{} would make {} of {} compliant.", count_text(static_cast<std::int64_t>(plan.steps.size()), "step"),
                  number_text(plan.reached), count_text(plan.noncompliant, "noncompliant machine"));
  const auto half = std::find_if(plan.steps.begin(), plan.steps.end(),
                                 [&](const PlanStep& step) { return step.compliant * 2 >= plan.reached; });
  const auto first = half - plan.steps.begin() + 1;
  if (half != plan.steps.end() && half + 1 != plan.steps.end())
    text += first == 1 ? fmt::format(" The first alone does it for {}.", number_text(half->compliant))
                       : fmt::format(" The first {} do it for {}.", number_text(first), number_text(half->compliant));
  return text;
}

void put_limits(Data& data, const FleetPlan& plan, std::int64_t unknown) {
  Data limits(Data::type::list);
  const auto add = [&](std::int64_t machines, const char* path, std::string_view one, std::string_view many) {
    if (machines <= 0) return;
    Data limit;
    limit.set("path", path);
    limit.set("machines", count_text(machines, "machine"));
    limit.set("why", std::string(machines == 1 ? one : many));
    limits << limit;
  };
  add(unknown, "/machines?verdict=unknown",
      "can't be made compliant by installing anything: its state is not known, and what it lacks is not either.",
      "can't be made compliant by installing anything: their state is not known, and what they lack is not either.");
  add(plan.accepted, "/machines?verdict=accepted",
      "misses security updates whose risk was accepted, and is left out of the list.",
      "miss security updates whose risk was accepted, and are left out of the list.");
  add(plan.doubtful, "/machines?verdict=noncompliant",
      "would be unknown after it had installed everything: a source failed, its support has ended, or the like. Its "
      "own "
      "page says what.",
      "would be unknown after they had installed everything: a source failed, support has ended, or the like. Their "
      "own "
      "pages say what.");
  add(plan.noncompliant - plan.doubtful - plan.reached, "/machines?verdict=noncompliant&sort=-security",
      "lacks what hardly another one lacks, and is left out of the list.",
      "lack what hardly another one lacks, and are left out of the list.");
  data.set("has_limits", Data(limits.is_non_empty_list()));
  data.set("limits", limits);
}

}  // namespace

HttpResponse plan_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now) {
  const Parameters parameters(request);
  parameters.allow_only({"format"});
  const FleetPlan plan = fleet_plan(store, now);
  if (parameters.wants_csv()) return plan_as_csv(store, plan);
  Page page;
  page.title = "What would make us completed?";
  page.place = "/plan";
  page.body = "plan";
  Data rows(Data::type::list);
  const std::span<const PlanStep> shown(plan.steps.begin(), std::min(kRows, plan.steps.size()));
  std::size_t number = 0;
  for_each_step(store, shown, [&](const PlanStep& step, const UpdateRecord* update) {
    Data row;
    row.set("number", std::to_string(++number));
    row.set("path", update == nullptr ? Data(false) : Data("href", update_path(update->key)));
    row.set("update_name", update == nullptr ? kRestartWords : update->name);
    row.set("version", update == nullptr ? "" : update->version);
    row.set("weight", update == nullptr ? "" : weight_text(*update));
    row.set("machines", update == nullptr ? "" : number_text(update->missing_on));
    row.set("compliant", number_text(step.compliant));
    row.set("bar", fmt::format("{:.1f}", 100.0 * static_cast<double>(step.compliant) /
                                             static_cast<double>(std::max<std::int64_t>(1, plan.noncompliant))));
    rows << row;
  });
  const auto lead = lead_of(plan);
  page.data.set("lead", lead.empty() ? Data(false) : Data(lead));
  page.data.set("rows", rows);
  page.data.set("has_rows", Data(!plan.steps.empty()));
  page.data.set("shown", plan.steps.size() > kRows ? Data("text", number_text(kRows)) : Data(false));
  if (plan.steps.empty()) put_nothing(page.data, fleet_counts(store, now));
  put_limits(page.data, plan, count_unknown(store, now));
  return render(page, &visitor, now);
}

}  // namespace patchstate
