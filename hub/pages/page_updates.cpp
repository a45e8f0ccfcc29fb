// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/api_parameters.h"
#include "hub/csv.h"
#include "hub/pages/links.h"
#include "hub/pages/list_query.h"
#include "hub/pages/page_update.h"
#include "hub/pages/update_words.h"
#include "hub/pages/words.h"
#include "hub/questions.h"

namespace patchstate {
namespace {

constexpr const char* kPath = "/updates";
constexpr std::size_t kFixesShown = 3;

std::string put_filters(Data& data, const ListQuery& list) {
  struct Filter {
    const char* name;
    std::string_view words;
  };
  constexpr Filter kFilters[] = {
      {"q", "name contains "}, {"package", "package "}, {"severity", "severity "}, {"cve", "fixes "}};
  std::vector<ListQuery::Chip> chips;
  for (const auto& filter : kFilters)
    if (const auto value = list.value(filter.name); !value.empty())
      chips.push_back({filter.name, std::string(filter.words) + value});
  if (const auto value = list.value("security"); !value.empty())
    chips.push_back({"security", value == "true" ? "security updates only" : "other updates only"});
  for (const auto* const name : {"q", "cve", "package"}) data.set(std::string("in_") + name, list.value(name));
  data.set("package_kept", list.value("package").empty() ? Data(false) : Data("text", list.value("package")));
  data.set("sort_kept", list.value("sort").empty() ? Data(false) : Data("text", list.value("sort")));
  data.set("kinds", options({{"", "any"}, {"true", "security"}, {"false", "other"}}, list.value("security")));
  std::vector<Option> severities{{"", "any"}};
  for (const auto severity :
       {Severity::critical, Severity::important, Severity::moderate, Severity::low, Severity::none})
    severities.push_back({std::string(to_text(severity)), std::string(to_text(severity))});
  severities.push_back({std::string(to_text(Severity::unknown)), "not stated"});
  data.set("severities", options(severities, list.value("severity")));
  return list.put_chips(data, chips);
}

Data row_of(const UpdateRecord& update, Time now) {
  Data row = update_data(update);
  row.set("since", time_data(update.first_seen));
  row.set("age", age_text(update.first_seen, now));
  put_fixes(row, update, kFixesShown);
  return row;
}

HttpResponse all_as_csv(Store& store, UpdateQuery query) {
  query.limit = kMostRowsOfFile;
  std::string text =
      "updateId,name,version,arch,source,classification,severity,missingOn,firstSeen,advisories,cves,repository,"
      "origin\r\n";
  for (query.cursor.clear();;) {
    const UpdatePage page = updates(store, query);
    for (const auto& one : page.updates)
      text += csv_line({std::to_string(one.key), one.name, one.version, one.arch, one.source, one.classification,
                        one.severity, std::to_string(one.missing_on), format_time(one.first_seen),
                        spaced(one.advisories), spaced(one.cves), one.repository, one.origin});
    if (page.next.empty()) return csv_file("updates", std::move(text));
    query.cursor = page.next;
  }
}

}  // namespace

HttpResponse updates_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now) {
  const Parameters parameters(request);
  const UpdateQuery query = update_query(parameters, true);
  if (parameters.wants_csv()) return all_as_csv(store, query);
  const ListQuery list(kPath, request);
  Page page;
  page.title = "Updates";
  page.place = kPath;
  page.body = "updates";
  page.filter = put_filters(page.data, list);
  page.data.set(
      "columns",
      list.columns(
          {{"Update", "name"}, {"Machines", "machines", true}, {"Kind", ""}, {"First seen", "oldest"}, {"Fixes", ""}},
          query.sort));
  const UpdatePage found = updates(store, query);
  Data rows(Data::type::list);
  for (const auto& update : found.updates) rows << row_of(update, now);
  list.put_page(page.data, rows, found.next);
  page.data.set("is_filtered", Data(list.is_filtered()));
  put_unknown(page.data, store, now);
  return render(page, &visitor, now);
}

}  // namespace patchstate
