// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/page_update.h"

#include <algorithm>
#include <optional>
#include <regex>

#include <Poco/String.h>
#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/api_parameters.h"
#include "hub/pages/links.h"
#include "hub/pages/list_query.h"
#include "hub/pages/page_risks.h"
#include "hub/pages/pages.h"
#include "hub/pages/update_words.h"
#include "hub/pages/words.h"
#include "hub/questions.h"
#include "hub/whole_number.h"

namespace patchstate {
namespace {

constexpr std::size_t kRows = 100;
constexpr std::size_t kFixesShown = 200;
constexpr std::size_t kMostTitle = 120;

using Keys = std::vector<std::int64_t>;

HttpResponse lacking_as_csv(Store& store, const std::string& name, const Keys& updates, Time now) {
  std::string text = lacking_csv_head();
  for (std::string cursor;;) {
    const LackingPage page = lacking(store, updates, cursor, kMostRowsOfFile, now);
    for (const auto& one : page.hosts) text += lacking_csv_line(one, now);
    if (page.next.empty()) return csv_file(name, std::move(text));
    cursor = page.next;
  }
}

/// The table of template "lacking_table", and what it means when it is empty.
void put_lacking(Data& data, Store& store, const ListQuery& list, const Keys& updates, Time now) {
  const LackingPage found = lacking(store, updates, list.value("cursor"), kRows, now);
  Data rows(Data::type::list);
  for (const auto& one : found.hosts) rows << lacking_row(one, now);
  list.put_page(data, rows, found.next);
  data.set("last_resolved", time_data(last_resolved(store, updates)));
  put_unknown(data, store, now);
}

void put_facts(Data& data, const UpdateRecord& update) {
  Data facts(Data::type::list);
  const auto add = [&](const char* term, const std::string& value) {
    if (value.empty()) return;
    Data fact;
    fact.set("term", term);
    fact.set("value", value);
    facts << fact;
  };
  add("Kind", weight_text(update));
  add("From", update.repository);
  add("Published by", update.origin);
  add("Architecture", update.arch);
  add("Found by", update.source);
  add("Its id there", update.patch_id);
  data.set("facts", facts);
  data.set("first_seen", time_data(update.first_seen));
  put_fixes(data, update, kFixesShown);
  data.set("has_fixes", Data(update.cves != "[]" || update.advisories != "[]"));
}

std::string lead_of(const UpdateRecord& update, std::int64_t apart, Time now) {
  std::string text;
  if (update.missing_on > 0)
    text = fmt::format("{} {} it. It was first seen pending {} ago.", count_text(update.missing_on, "machine"),
                       update.missing_on == 1 ? "lacks" : "lack", age_text(update.first_seen, now));
  if (apart > 0)
    text += fmt::format("{}On {} it is pending in a state that decides no verdict: held, phased, or the like.",
                        text.empty() ? "" : " ", count_text(apart, text.empty() ? "machine" : "more machine"));
  return text;
}

}  // namespace

HttpResponse update_page(Store& store, const HttpRequest& request, const std::string& id, const Visitor& visitor,
                         Time now) {
  const Parameters parameters(request);
  parameters.allow_only({"cursor", "format"});
  const auto key = whole_number(id);
  const auto update = key ? find_update(store, *key) : std::nullopt;
  if (!update)
    return error_page(404, "No such update", "No machine has ever reported an update with the id " + id + ".", &visitor,
                      now);
  if (parameters.wants_csv())
    return lacking_as_csv(store, fmt::format("machines-that-lack-update-{}", *key), {*key}, now);
  Page page;
  page.title = clean_text(fmt::format("{} {}", update->name, update->version), kMostTitle);
  page.place = "/updates";
  page.body = "update";
  page.filter = fmt::format("machines on which update {} is pending", *key);
  page.data.set("update_name", update->name);
  page.data.set("version", update->version);
  page.data.set("key", std::to_string(*key));
  put_facts(page.data, *update);
  const auto total = count_lacking(store, {*key});
  const auto lead = lead_of(*update, std::max<std::int64_t>(0, total - update->missing_on), now);
  page.data.set("lead", lead.empty() ? Data(false) : Data(lead));
  page.data.set("total", number_text(total));
  put_risks(page.data, risks_of_update(store, *key, now), now);
  page.data.set("may_accept", Data(update->security && total > 0));
  page.data.set("accept_path", fmt::format("/risks/new?update={}", *key));
  put_lacking(page.data, store, ListQuery(update_path(*key), request), {*key}, now);
  return render(page, &visitor, now);
}

HttpResponse cve_page(Store& store, const HttpRequest& request, const std::string& id, const Visitor& visitor,
                      Time now) {
  const Parameters parameters(request);
  parameters.allow_only({"cursor", "format"});
  const std::string cve = id.starts_with("cve-") ? Poco::toUpper(id) : id;
  const auto fixes = updates_for_cve(store, clean_text(cve));
  if (fixes.empty())
    return error_page(404, "Nothing is known of " + clean_text(cve, kMostTitle),
                      "No update that a machine has reported names it. That does not say that no machine is affected: "
                      "some vendors name the CVEs of an update late, and some not at all.",
                      &visitor, now);
  Keys keys;
  for (const auto& one : fixes) keys.push_back(one.key);
  if (parameters.wants_csv()) return lacking_as_csv(store, "machines-that-lack-" + cve, keys, now);
  Page page;
  page.title = clean_text(cve, kMostTitle);
  page.place = "/updates";
  page.body = "cve";
  page.filter = "machines on which an update is pending that fixes " + cve;
  page.data.set("cve", cve);
  static const std::regex kOfficial("CVE-[0-9]{4}-[0-9]{4,12}");
  page.data.set("official", std::regex_match(cve, kOfficial) ? Data("text", cve) : Data(false));
  Data list(Data::type::list);
  for (const auto& one : fixes) {
    Data row = update_data(one);
    row.set("repository", one.repository);
    list << row;
  }
  page.data.set("fixes", list);
  const auto total = count_lacking(store, keys);
  page.data.set("lead", total == 0 ? Data(false)
                                   : Data(fmt::format("{} {} an update pending that fixes it.",
                                                      count_text(total, "machine"), total == 1 ? "has" : "have")));
  put_lacking(page.data, store, ListQuery(cve_path(cve), request), keys, now);
  return render(page, &visitor, now);
}

}  // namespace patchstate
