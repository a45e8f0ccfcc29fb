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

UpdateQuery query_of(const HttpRequest& request) {
  HttpRequest without_format = request;
  without_format.query.erase("format");
  return update_query(Parameters(without_format));
}

std::string put_filters(Data& data, const ListQuery& list) {
  struct Filter {
    const char* name;
    std::string_view words;
  };
  constexpr Filter kFilters[] = {
      {"q", "name contains "}, {"package", "package "}, {"severity", "severity "}, {"cve", "fixes "}};
  Data chips(Data::type::list);
  std::string all;
  const auto add = [&](const char* name, const std::string& words) {
    Data chip;
    chip.set("text", words);
    chip.set("path", list.with(name, ""));
    chips << chip;
    all += (all.empty() ? "" : ", ") + words;
  };
  for (const auto& filter : kFilters)
    if (const auto value = list.value(filter.name); !value.empty()) add(filter.name, std::string(filter.words) + value);
  if (const auto value = list.value("security"); !value.empty())
    add("security", value == "true" ? "security updates only" : "other updates only");
  data.set("has_chips", Data(chips.is_non_empty_list()));
  data.set("chips", chips);
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
  return all;
}

Data row_of(const UpdateRecord& update, Time now) {
  Data row;
  row.set("path", update_path(update.key));
  row.set("update_name", update.name);
  row.set("version", update.version);
  row.set("weight", weight_text(update));
  row.set("machines", number_text(update.missing_on));
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
  const UpdateQuery query = query_of(request);
  if (Parameters(request).text("format") == "csv") return all_as_csv(store, query);
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
  page.data.set("has_rows", Data(!found.updates.empty()));
  page.data.set("rows", rows);
  page.data.set("csv", list.with("format", "csv"));
  page.data.set("is_filtered", Data(list.is_filtered()));
  page.data.set("first", query.cursor.empty() ? Data(false) : Data("path", list.with("cursor", "")));
  page.data.set("next", found.next.empty() ? Data(false) : Data("path", list.with("cursor", found.next)));
  put_unknown(page.data, store, now);
  return render(page, &visitor, now);
}

}  // namespace patchstate
