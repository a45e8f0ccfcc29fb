// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/page_machines.h"

#include <fmt/core.h>

#include "hub/api_json.h"
#include "hub/api_parameters.h"
#include "hub/filters.h"
#include "hub/pages/links.h"
#include "hub/pages/list_query.h"
#include "hub/pages/words.h"
#include "hub/questions.h"

namespace patchstate {
namespace {

constexpr const char* kPath = "/machines";
constexpr std::size_t kMostCsvRows = 1000;  // at a time

struct Word {
  const char* name;
  const char* text;
};
/// How a filter is told, on the page and on paper.
constexpr Word kFilters[] = {{"q", "name contains"},
                             {"verdict", "verdict"},
                             {"tag", "tag"},
                             {"os", "system"},
                             {"package", "misses package"},
                             {"cve", "misses the fix of"},
                             {"severity", "misses an update of severity"},
                             {"classification", "misses an update of classification"},
                             {"update", "misses update"},
                             {"pendingFor", "security update pending for"},
                             {"reboot", "reboot"},
                             {"pastSupport", "past support"}};

/// The chosen filters, each with a way out of it; and all of them in words.
std::string put_chips(Data& data, const ListQuery& query) {
  Data chips(Data::type::list);
  std::string words;
  for (const auto& filter : kFilters) {
    const std::string value = query.value(filter.name);
    if (value.empty()) continue;
    Data chip;
    chip.set("text", fmt::format("{} {}", filter.text, value));
    chip.set("path", query.with(filter.name, ""));
    chips << chip;
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", filter.text, value);
  }
  data.set("has_chips", Data(chips.is_non_empty_list()));
  data.set("chips", chips);
  return words;
}

void put_form(Data& data, const ListQuery& query) {
  for (const auto* const name : {"q", "tag", "package", "cve", "os", "severity", "classification", "update"})
    data.set(std::string("in_") + name, query.value(name));
  data.set("sort_kept", query.value("sort").empty() ? Data(false) : Data(query.value("sort")));
  data.set("verdicts", options({{"", "any"},
                                {"noncompliant", "noncompliant"},
                                {"unknown", "unknown"},
                                {"accepted", "accepted risk"},
                                {"compliant", "compliant"}},
                               query.value("verdict")));
  data.set("ages", options({{"", "any"}, {"7d", "7 days"}, {"14d", "14 days"}, {"30d", "30 days"}, {"90d", "90 days"}},
                           query.value("pendingFor")));
  data.set("reboots",
           options({{"", "any"}, {"pending", "pending"}, {"not_pending", "not pending"}, {"unknown", "not known"}},
                   query.value("reboot")));
  data.set("supports",
           options({{"", "any"}, {"true", "past support"}, {"false", "supported"}}, query.value("pastSupport")));
  const bool has_more = !(query.value("tag") + query.value("package") + query.value("cve") + query.value("pendingFor") +
                          query.value("reboot") + query.value("pastSupport") + query.value("os"))
                             .empty();
  data.set("more_open", Data(has_more));
}

Data row_of(const HostRecord& host, Time now) {
  const Verdict verdict = explained(host, now);
  Data row;
  row.set("path", machine_path(host.id));
  row.set("name", name_of(host));
  row.set("mark", mark_data(to_text(standing_of(host, now))));
  row.set("reason", verdict.reasons.empty() || verdict.value == VerdictValue::compliant
                        ? Data(false)
                        : Data(verdict.reasons.front().message));
  row.set("security", number_text(host.security));
  row.set("other", number_text(host.other));
  row.set("oldest", age_text(host.oldest_pending, now));
  row.set("system", host.os_name);
  row.set("reboot", host.reboot == 1 ? "pending" : host.reboot == 0 ? "no" : "not known");
  row.set("heard", host.received == Time{} ? "never" : age_text(host.received, now) + " ago");
  return row;
}

/// Everybody sees them all; who saved one, or an administrator, deletes it.
void put_saved(Data& data, Store& store, const Visitor& visitor) {
  Data list(Data::type::list);
  for (const auto& one : saved_filters(store)) {
    Data row;
    row.set("called", one.name);
    row.set("path", std::string(kPath) + "?" + one.query);
    row.set("number", std::to_string(one.id));
    row.set("mine", Data(visitor.role == Role::administrator || one.created_by == visitor.name));
    list << row;
  }
  data.set("has_saved", Data(list.is_non_empty_list()));
  data.set("saved", list);
}

HttpResponse all_as_csv(Store& store, HostQuery query, Time now) {
  query.limit = kMostCsvRows;
  query.cursor.clear();
  std::string text;
  while (true) {
    const HostPage page = hosts(store, query, now);
    std::string part = hosts_csv(page.hosts, now);
    text += text.empty() ? part : part.substr(part.find("\r\n") + 2);
    if (page.next.empty()) break;
    query.cursor = page.next;
  }
  return csv_file("machines", std::move(text));
}

}  // namespace

HttpResponse machines_page(Store& store, const HttpRequest& request, const Visitor& visitor, Time now) {
  const Parameters parameters(request);
  const HostQuery query = host_query(parameters);
  if (const auto format = parameters.text("format"); format == "csv") return all_as_csv(store, query, now);
  const ListQuery list(kPath, request);
  Page page;
  page.title = "Machines";
  page.place = kPath;
  page.body = "machines";
  page.filter = put_chips(page.data, list);
  put_form(page.data, list);
  page.data.set("columns", list.columns({{"Machine", "hostname"},
                                         {"Verdict", ""},
                                         {"Security", "security", true},
                                         {"Other", "", true},
                                         {"Oldest", "oldest"},
                                         {"Reboot", ""},
                                         {"System", ""},
                                         {"Last word", "received"}},
                                        query.sort));
  const HostPage found = hosts(store, query, now);
  Data rows(Data::type::list);
  for (const auto& host : found.hosts) rows << row_of(host, now);
  page.data.set("has_rows", Data(!found.hosts.empty()));
  page.data.set("rows", rows);
  page.data.set("csv", list.with("format", "csv"));
  page.data.set("query", list.filter());
  put_saved(page.data, store, visitor);
  page.data.set("is_filtered", Data(list.is_filtered()));
  page.data.set("first", query.cursor.empty() ? Data(false) : Data("path", list.with("cursor", "")));
  page.data.set("next", found.next.empty() ? Data(false) : Data("path", list.with("cursor", found.next)));
  return render(page, &visitor, now);
}

}  // namespace patchstate
