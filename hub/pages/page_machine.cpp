// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/page_machine.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "assessment/assessment_json.h"
#include "hub/api_parameters.h"
#include "hub/csv.h"
#include "hub/log.h"
#include "hub/missing.h"
#include "hub/pages/links.h"
#include "hub/pages/list_query.h"
#include "hub/pages/machine_evidence.h"
#include "hub/pages/page_risks.h"
#include "hub/pages/pages.h"
#include "hub/pages/update_words.h"
#include "hub/pages/words.h"
#include "hub/questions.h"
#include "hub/report.h"
#include "hub/stored_report.h"

namespace patchstate {
namespace {

constexpr std::size_t kRows = 100;
constexpr std::size_t kMostPending = 5000;
constexpr std::size_t kHistoryShown = 20;
constexpr std::size_t kMostHistory = 5000;
constexpr std::size_t kFixesShown = 4;
constexpr std::size_t kMostTitle = 120;

/// What is stored of it may be damaged: the rest of the page is true nevertheless, and it says so.
std::optional<Assessment> report_of(Store& store, const HostRecord& host) {
  try {
    const auto text = newest_report_text(store, host);
    if (!text) return std::nullopt;
    return assessment_from_json(*text);
  } catch (const StoreError&) {
    throw;
  } catch (const std::exception& error) {
    log_line(LogLevel::error, error.what());
    return std::nullopt;
  }
}

bool decides(const PendingRecord& one) {
  const auto state = from_text<UpdateState>(one.state);
  return one.update.security && state && is_missing(*state);
}

/// What makes it noncompliant comes first, and of that what has waited longest.
std::vector<PendingRecord> by_weight(std::vector<PendingRecord> list) {
  const auto weight = [](const PendingRecord& one) { return decides(one) ? 0 : one.update.security ? 1 : 2; };
  std::stable_sort(list.begin(), list.end(), [&](const PendingRecord& one, const PendingRecord& other) {
    return std::pair(weight(one), one.first_seen) < std::pair(weight(other), other.first_seen);
  });
  return list;
}

/// With the links to its vendor's pages, which only the report has.
void put_advisories(Data& row, const Update* update) {
  Data list(Data::type::list);
  for (std::size_t index = 0; index < std::min(kFixesShown, update->advisories.size()); ++index) {
    const Advisory& known = update->advisories[index];
    Data advisory;
    // What a host says is a link only where it can't be a script.
    const bool is_link = known.url.starts_with("https://") || known.url.starts_with("http://");
    advisory.set("link", is_link ? Data("href", known.url) : Data(false));
    advisory.set("text", known.id);
    list << advisory;
  }
  row.set("advisories", list);
}

Data update_row(const PendingRecord& one, const std::optional<Assessment>& report, Time now) {
  const Update* const update = update_in(report, one.update.source, one.update.patch_id, one.update.version);
  Data row;
  row.set("path", update_path(one.update.key));
  row.set("update_name", one.update.name);
  row.set("version", one.update.version);
  row.set("installed", one.installed.empty() ? Data(false) : Data("text", one.installed));
  row.set("weight", weight_text(one.update));
  row.set("decides", Data(decides(one)));
  row.set("state", state_text(one.state));
  row.set("why", update == nullptr || update->state_reason.empty() ? Data(false) : Data("text", update->state_reason));
  row.set("since", time_data(one.first_seen));
  row.set("age", age_text(one.first_seen, now));
  row.set("link", Data(false));
  put_fixes(row, one.update, kFixesShown);
  if (update != nullptr) put_advisories(row, update);
  return row;
}

void put_updates(Data& data, const std::vector<PendingRecord>& pending, const ListQuery& list,
                 const std::optional<Assessment>& report, Time now) {
  std::size_t first = 0;
  if (const auto cursor = list.value("cursor"); !cursor.empty()) {
    if (cursor.size() > 5 || cursor.find_first_not_of("0123456789") != std::string::npos)
      throw std::invalid_argument("cursor: not one that this hub has given");
    first = std::min<std::size_t>(pending.size(), std::stoul(cursor));
  }
  const std::size_t last = std::min(pending.size(), first + kRows);
  Data rows(Data::type::list);
  for (std::size_t index = first; index < last; ++index) rows << update_row(pending[index], report, now);
  list.put_page(data, rows, last == pending.size() ? "" : std::to_string(last));
}

std::string reboot_words(std::int64_t reboot) {
  return reboot == 1 ? "pending" : reboot == 0 ? "not pending" : "not known";
}

void put_history(Data& data, Store& store, const HostRecord& host) {
  Data states(Data::type::list);
  for (const auto& one : former_states(store, host.key, kHistoryShown)) {
    Data row;
    row.set("from", time_data(one.since));
    row.set("to", time_data(one.until));
    row.set("mark", mark_data(one.verdict));
    row.set("silent", one.silent < one.until ? time_data(one.silent) : Data(false));
    row.set("security", number_text(one.security));
    row.set("other", number_text(one.other));
    row.set("reboot", reboot_words(one.reboot));
    states << row;
  }
  Data resolved(Data::type::list);
  for (const auto& one : resolved_of(store, host.key, kHistoryShown)) {
    Data row;
    row.set("path", update_path(one.update.key));
    row.set("update_name", one.update.name);
    row.set("version", one.update.version);
    row.set("weight", weight_text(one.update));
    row.set("from", time_data(one.first_seen));
    row.set("to", time_data(one.resolved));
    row.set("for", age_text(one.first_seen, one.resolved));
    resolved << row;
  }
  data.set("has_states", Data(states.is_non_empty_list()));
  data.set("states", states);
  data.set("has_resolved", Data(resolved.is_non_empty_list()));
  data.set("resolved", resolved);
  data.set("states_shown", std::to_string(states.list_value().size()));
  data.set("resolved_shown", std::to_string(resolved.list_value().size()));
}

void put_verdict(Data& data, const HostRecord& host, Time now) {
  const Verdict verdict = explained(host, now);
  const Standing standing = standing_of(host, now);
  Data reasons(Data::type::list);
  for (const auto& reason : verdict.reasons) reasons << Data("message", reason.message);
  data.set("mark", mark_data(to_text(standing)));
  data.set("state_class", standing == Standing::compliant      ? "completed"
                          : standing == Standing::noncompliant ? "not_completed"
                                                               : std::string(to_text(standing)));
  data.set("reasons", reasons);
  const bool overruled = host.reported != Time{} && host.verdict != to_text(verdict.value);
  Data said;
  said.set("word", host.verdict);
  said.set("at", time_data(host.reported));
  data.set("said_before", overruled ? said : Data(false));
}

void put_facts(Data& data, const HostRecord& host, Time now) {
  Data facts(Data::type::list);
  const auto add = [&](const char* term, const std::string& value, Time time = {}) {
    if (value.empty() && time == Time{}) return;
    Data fact;
    fact.set("term", term);
    fact.set("value", value);
    fact.set("at", time_data(time));
    facts << fact;
  };
  const auto ago = [&](Time time) {
    return time == Time{} ? std::string() : fmt::format(" ({} ago)", age_text(time, now));
  };
  add("System", host.os_name);
  add(host.end_of_support < now ? "Support ended" : "Supported until", "", host.end_of_support);
  add("Restart", host.reported == Time{} ? "" : reboot_words(host.reboot));
  add("Last word", ago(host.received), host.received);
  add("Last full report", ago(host.reported), host.reported);
  add("Counts as silent from", "", host.silent);
  add("Kernel", host.kernel);
  add("Architecture", host.arch);
  add("Cloud", host.resource_id.empty() ? host.cloud : host.resource_id);
  add("Agent", host.agent_version);
  if (host.clock_skew != 0)
    add("Its clock",
        fmt::format("{} {} the hub's",
                    age_text(Time{std::chrono::seconds{1}}, Time{std::chrono::seconds{1 + std::abs(host.clock_skew)}}),
                    host.clock_skew > 0 ? "behind" : "ahead of"));
  add("State unchanged since", "", host.since);
  add("Enrolled", "", host.enrolled);
  add("Removed", "", host.removed);
  add("Id", host.id);
  data.set("facts", facts);
}

std::string time_or_nothing(Time time) {
  return time == Time{} ? std::string() : format_time(time);
}

std::string updates_csv(const std::vector<PendingRecord>& list) {
  std::string text =
      "updateId,name,version,installedVersion,source,classification,severity,state,pendingSince,resolvedAt,advisories,"
      "cves,repository,origin\r\n";
  for (const auto& one : list)
    text += csv_line({std::to_string(one.update.key), one.update.name, one.update.version, one.installed,
                      one.update.source, one.update.classification, one.update.severity, one.state,
                      time_or_nothing(one.first_seen), time_or_nothing(one.resolved), spaced(one.update.advisories),
                      spaced(one.update.cves), one.update.repository, one.update.origin});
  return text;
}

std::string states_csv(const std::vector<FormerState>& list) {
  std::string text =
      "since,until,notReportingFrom,verdict,criticalAndSecurityPatchCount,otherPatchCount,rebootPending\r\n";
  for (const auto& one : list)
    text +=
        csv_line({format_time(one.since), format_time(one.until), one.silent < one.until ? format_time(one.silent) : "",
                  one.verdict, std::to_string(one.security), std::to_string(one.other), reboot_words(one.reboot)});
  return text;
}

HttpResponse as_csv(Store& store, const HostRecord& host, const std::string& table) {
  const std::string name = "machine-" + std::to_string(host.key);
  if (table == "history") return csv_file(name + "-history", states_csv(former_states(store, host.key, kMostHistory)));
  if (table == "resolved") return csv_file(name + "-resolved", updates_csv(resolved_of(store, host.key, kMostHistory)));
  if (!table.empty()) throw std::invalid_argument("table: expected history or resolved");
  return csv_file(name + "-pending", updates_csv(by_weight(pending_of(store, host.key, kMostPending))));
}

}  // namespace

HttpResponse machine_page(Store& store, const HttpRequest& request, const std::string& id, const Visitor& visitor,
                          Time now) {
  const Parameters parameters(request);
  parameters.allow_only({"cursor", "format", "table"});
  const auto host = is_host_id(id) ? find_host(store, id) : std::nullopt;
  if (!host)
    return error_page(404, "No such machine", "No machine is enrolled here with the id " + clean_text(id) + ".",
                      &visitor, now);
  if (parameters.wants_csv()) return as_csv(store, *host, parameters.text("table"));
  const ListQuery list(machine_path(host->id), request);
  const auto report = report_of(store, *host);
  Page page;
  page.title = clean_text(name_of(*host), kMostTitle);
  page.place = "/machines";
  page.body = "machine";
  page.filter = "machine " + host->id;
  page.data.set("host_name", name_of(*host));
  page.data.set("host_id", host->id);
  page.data.set("path", list.with("cursor", ""));
  put_verdict(page.data, *host, now);
  put_risks(page.data, risks_of_host(store, host->key, now), now);
  page.data.set("may_accept", Data(standing_of(*host, now) == Standing::noncompliant));
  page.data.set("accept_path", "/risks/new?host=" + percent_encoded(host->id));
  put_facts(page.data, *host, now);
  put_evidence(page.data, report, now);
  put_updates(page.data, by_weight(pending_of(store, host->key, kMostPending)), list, report, now);
  put_history(page.data, store, *host);
  Data tags(Data::type::list);
  for (const auto& tag : host->tags) {
    Data one;
    one.set("text", tag);
    one.set("path", "/machines?tag=" + percent_encoded(tag));
    tags << one;
  }
  page.data.set("has_tags", Data(tags.is_non_empty_list()));
  page.data.set("tags", tags);
  page.data.set("tags_text", fmt::format("{}", fmt::join(host->tags, ", ")));
  page.data.set("raw", "/v1/hosts/" + percent_encoded(host->id) + "/assessment");
  page.data.set("is_known_to_report", Data(host->reported != Time{}));
  return render(page, &visitor, now);
}

}  // namespace patchstate
