// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/page_machines.h"

#include <fmt/core.h>

#include "hub/api_json.h"
#include "hub/api_parameters.h"
#include "hub/filters.h"
#include "hub/pages/links.h"
#include "hub/pages/list_query.h"
#include "hub/pages/machine_filters.h"
#include "hub/pages/words.h"
#include "hub/questions.h"

namespace patchstate {
namespace {

constexpr const char* kPath = "/machines";
constexpr std::size_t kMostCsvRows = 1000;  // at a time
constexpr std::size_t kTagsShown = 3;

/// "production, web and 2 more".
std::string tags_text(const std::vector<std::string>& tags) {
  std::string text;
  for (std::size_t at = 0; at < tags.size() && at < kTagsShown; ++at) text += (at == 0 ? "" : ", ") + tags[at];
  return tags.size() > kTagsShown ? fmt::format("{} and {} more", text, tags.size() - kTagsShown) : text;
}

/// How much of the list is on this page.
std::string extent_text(std::size_t rows, bool is_first, bool is_last) {
  const auto count = static_cast<std::int64_t>(rows);
  if (is_first && is_last) return count_text(count, "machine");
  const char* const which = is_first ? "The first" : is_last ? "The last" : "The next";
  return fmt::format("{} {}", which, rows == 1 ? "machine" : count_text(count, "machine"));
}

/// What a machine that can't prove its state misses is at least what it said; a 0 there would read as "nothing".
std::string missing_text(std::int64_t count, VerdictValue verdict) {
  if (verdict != VerdictValue::unknown) return number_text(count);
  return count == 0 ? "?" : "≥ " + number_text(count);
}

Data row_of(const HostRecord& host, const TagsOfHosts& tags, Time now) {
  const Verdict verdict = explained(host, now);
  Data row;
  row.set("path", machine_path(host.id));
  row.set("name", name_of(host));
  row.set("mark", mark_data(to_text(standing_of(host, now))));
  row.set("reason", verdict.reasons.empty() || verdict.value == VerdictValue::compliant
                        ? Data(false)
                        : Data(verdict.reasons.front().message));
  row.set("security", missing_text(host.security, verdict.value));
  row.set("other", missing_text(host.other, verdict.value));
  row.set("oldest", age_text(host.oldest_pending, now));
  row.set("system", host.os_name);
  row.set("reboot", host.reboot == 1 ? "pending" : host.reboot == 0 ? "no" : "not known");
  row.set("heard", heard_text(host.received, now));
  const auto of_host = tags.find(host.key);
  row.set("tags", of_host == tags.end() ? Data(false) : Data("text", tags_text(of_host->second)));
  return row;
}

/// Everybody sees them all; who saved one, or an administrator, deletes it.
void put_saved(Data& data, Store& store, const Visitor& visitor, const ListQuery& query) {
  Data list(Data::type::list);
  for (const auto& one : saved_filters(store)) {
    Data row;
    row.set("called", one.name);
    row.set("path", std::string(kPath) + "?" + one.query);
    row.set("number", std::to_string(one.id));
    row.set("here", Data(one.query == query.filter()));
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
  const HostPage found = hosts(store, query, now);
  const ListQuery list(kPath, request);
  Page page;
  page.title = "Machines";
  page.place = kPath;
  page.body = "machines";
  page.filter = put_filters(page.data, store, list);
  put_saved(page.data, store, visitor, list);
  page.data.set("columns", list.columns({{"Machine", "hostname"},
                                         {"Verdict", ""},
                                         {"Security", "security", true},
                                         {"Other", "", true},
                                         {"Oldest", "oldest"},
                                         {"Reboot", ""},
                                         {"System", ""},
                                         {"Last word", "received"}},
                                        query.sort));
  const TagsOfHosts tags = tags_of(store, found.hosts);
  Data rows(Data::type::list);
  for (const auto& host : found.hosts) rows << row_of(host, tags, now);
  list.put_page(page.data, rows, found.next);
  page.data.set("extent", extent_text(found.hosts.size(), query.cursor.empty(), found.next.empty()));
  page.data.set("query", list.filter());
  page.data.set("is_filtered", Data(list.is_filtered()));
  return render(page, &visitor, now);
}

}  // namespace patchstate
