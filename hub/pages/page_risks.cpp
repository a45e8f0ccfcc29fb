// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/page_risks.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/api_parameters.h"
#include "hub/csv.h"
#include "hub/forms.h"
#include "hub/pages/links.h"
#include "hub/pages/pages.h"
#include "hub/pages/words.h"
#include "hub/questions.h"
#include "hub/whole_number.h"

namespace patchstate {
namespace {

constexpr const char* kPath = "/risks";
constexpr std::size_t kMostShown = 200;
constexpr std::size_t kMostInFile = 50'000;
constexpr std::chrono::days kUsual{30};

bool is_in_force(const AcceptedRisk& risk, Time now) {
  return risk.ended == Time{} && now < risk.until;
}

/// 0 where it is no number of an update.
std::int64_t number_of(const std::string& text) {
  return std::max<std::int64_t>(0, whole_number(text).value_or(0));
}

std::string state_of(const AcceptedRisk& risk, Time now) {
  if (risk.ended != Time{}) return fmt::format("ended by {} on {}", risk.ended_by, day_text(risk.ended));
  return now < risk.until ? fmt::format("in force, ends in {}", age_text(now, risk.until)) : "ended by itself";
}

std::string what_of(const AcceptedRisk& risk) {
  return risk.update == 0 ? "every security update" : risk.update_name + " " + risk.update_version;
}

HttpResponse list_csv(Store& store, Time now) {
  std::string text = csv_line({"number", "hostId", "hostname", "update", "version", "reason", "acceptedBy",
                               "acceptedAt", "until", "endedBy", "endedAt", "inForce"});
  for (const auto& one : accepted_risks(store, now, kMostInFile))
    text += csv_line({std::to_string(one.risk), one.host_id, one.hostname, one.update_name, one.update_version,
                      one.reason, one.created_by, format_time(one.created), format_time(one.until), one.ended_by,
                      one.ended == Time{} ? "" : format_time(one.ended), is_in_force(one, now) ? "true" : "false"});
  return csv_file("accepted-risks", std::move(text));
}

HttpResponse list_page(Store& store, const Asked& asked) {
  const Parameters parameters(asked.request);
  parameters.allow_only({"format"});
  if (parameters.wants_csv()) return list_csv(store, asked.now);
  Page page{"Accepted risks", kPath, "risks", {}, {}, 200};
  const auto risks = accepted_risks(store, asked.now, kMostShown);
  put_risks(page.data, risks, asked.now);
  return render(page, &asked.visitor, asked.now);
}

/// The form, about what `host_id` and `update` name; and what was wrong with it before.
HttpResponse form_page(Store& store, const Asked& asked, const std::string& host_id, std::int64_t update,
                       const std::string& objection) {
  Page page{"Accept a risk", kPath, "risk_form", {}, {}, objection.empty() ? 200 : 400};
  std::string about_update = "every security update that it misses, also one that comes later";
  if (update != 0) {
    const auto record = find_update(store, update);
    if (!record) return error_page(404, "There is no such update", {}, &asked.visitor, asked.now);
    about_update = fmt::format("{} {}", record->name, record->version);
  }
  std::string about_host = "every machine that misses it";
  if (!host_id.empty()) {
    const auto host = is_host_id(host_id) ? find_host(store, host_id) : std::nullopt;
    if (!host) return error_page(404, "There is no such machine", {}, &asked.visitor, asked.now);
    about_host = name_of(*host);
  }
  if (host_id.empty() && update == 0)
    return error_page(400, "Accept a risk of what?", "Begin on the page of a machine or of an update.", &asked.visitor,
                      asked.now);
  page.data.set("about_update", about_update);
  page.data.set("about_host", about_host);
  page.data.set("host", host_id);
  page.data.set("update", std::to_string(update));
  page.data.set("wrong", objection.empty() ? Data(false) : Data(objection));
  page.data.set("reason", field(asked.request, "reason"));
  const std::string until = field(asked.request, "until");  // as it was before the objection
  page.data.set("until", until.empty() ? day_text(asked.now + kUsual) : until);
  page.data.set("least", day_text(asked.now + std::chrono::days(1)));
  page.data.set("most", day_text(asked.now + kLongestAcceptance - std::chrono::days(1)));
  return render(page, &asked.visitor, asked.now);
}

HttpResponse accept(Store& store, const Asked& asked) {
  NewRisk risk;
  risk.host_id = field(asked.request, "host");
  risk.update = number_of(field(asked.request, "update"));
  risk.reason = field(asked.request, "reason");
  const auto until = parse_time(field(asked.request, "until") + "T23:59:59Z");
  if (!until) return form_page(store, asked, risk.host_id, risk.update, "until: expected a day, like 2026-12-31");
  risk.until = *until;
  const auto record = risk.update == 0 ? std::nullopt : find_update(store, risk.update);
  const std::string target =
      fmt::format("{} on {}", record ? record->name + " " + record->version : "every security update",
                  risk.host_id.empty() ? "every machine" : clean_text(risk.host_id, 200));
  const std::string objection = accept_risk(
      store, risk,
      {0, asked.now, asked.visitor.name, "risk_accepted", target,
       fmt::format("until {}: {}", day_text(risk.until), clean_text(risk.reason, 500)), asked.visitor.peer});
  return objection.empty() ? see(kPath) : form_page(store, asked, risk.host_id, risk.update, objection);
}

}  // namespace

void put_risks(Data& data, const std::vector<AcceptedRisk>& risks, Time now) {
  Data rows(Data::type::list);
  for (const auto& one : risks) {
    Data row;
    row.set("number", std::to_string(one.risk));
    row.set("what", what_of(one));
    row.set("update_path", one.update == 0 ? Data(false) : Data("path", update_path(one.update)));
    row.set("where", one.host == 0 ? "every machine" : one.hostname.empty() ? one.host_id : one.hostname);
    row.set("host_path", one.host == 0 ? Data(false) : Data("path", machine_path(one.host_id)));
    row.set("reason", one.reason);
    row.set("who", one.created_by);
    row.set("created", time_data(one.created));
    row.set("until", time_data(one.until));
    row.set("state", state_of(one, now));
    row.set("in_force", Data(is_in_force(one, now)));
    rows << row;
  }
  data.set("has_risks", Data(!risks.empty()));
  data.set("risks", rows);
}

HttpResponse risks_page(Store& store, const Asked& asked) {
  const auto parts = parts_below(asked.request.path, kPath);
  const bool is_post = asked.request.method == "POST";
  if (parts.empty()) return is_post ? accept(store, asked) : list_page(store, asked);
  if (!is_post && parts.size() == 1 && parts[0] == "new") {
    const Parameters parameters(asked.request);
    parameters.allow_only({"host", "update"});
    return form_page(store, asked, parameters.text("host"), number_of(parameters.text("update")), {});
  }
  if (is_post && parts.size() == 2 && parts[1] == "end") {
    const std::int64_t risk = number_of(parts[0]);
    if (end_risk(
            store, risk,
            {0, asked.now, asked.visitor.name, "risk_ended", fmt::format("risk {}", risk), {}, asked.visitor.peer}))
      return see(kPath);
    return error_page(404, "There is no such acceptance in force", {}, &asked.visitor, asked.now);
  }
  return error_page(404, "There is no such page", {}, &asked.visitor, asked.now);
}

}  // namespace patchstate
