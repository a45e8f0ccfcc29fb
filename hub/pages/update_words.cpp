// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/update_words.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "assessment/assessment_json.h"
#include "hub/csv.h"
#include "hub/json_text.h"
#include "hub/pages/links.h"
#include "hub/pages/words.h"

namespace patchstate {
namespace {

struct StateWords {
  UpdateState state;
  std::string_view words;
};
constexpr std::array kStates{StateWords{UpdateState::installable, "can be installed"},
                             StateWords{UpdateState::held, "held by the machine's own setting"},
                             StateWords{UpdateState::phased, "phased: not offered to this machine yet"},
                             StateWords{UpdateState::kept_back, "kept back by other packages"},
                             StateWords{UpdateState::excluded, "excluded by the machine's own setting"},
                             StateWords{UpdateState::blocked_by_pin, "blocked by a pin"},
                             StateWords{UpdateState::needs_subscription, "needs a subscription"},
                             StateWords{UpdateState::hidden, "hidden on the machine"},
                             StateWords{UpdateState::optional, "optional"},
                             StateWords{UpdateState::superseded, "superseded by another"},
                             StateWords{UpdateState::installed_pending_reboot, "installed, waits for a restart"}};

std::string when(Time time) {
  return time == Time{} ? std::string() : format_time(time);
}

}  // namespace

Data update_data(const UpdateRecord& update) {
  Data data;
  data.set("path", update_path(update.key));
  data.set("update_name", update.name);
  data.set("version", update.version);
  data.set("weight", weight_text(update));
  data.set("machines", number_text(update.missing_on));
  return data;
}

std::string weight_text(const UpdateRecord& update) {
  std::string text = update.classification;
  if (text == to_text(Classification::unknown)) text = "not classified";
  if (update.severity != to_text(Severity::unknown)) text += ", " + update.severity;
  return text;
}

std::string state_text(std::string_view state) {
  for (const auto& known : kStates)
    if (to_text(known.state) == state) return std::string(known.words);
  return std::string(state);
}

void put_fixes(Data& data, const UpdateRecord& update, std::size_t most) {
  std::size_t hidden = 0;
  const auto first = [&](const std::string& json_list) {
    auto list = strings_from_json(json_list);
    hidden += list.size() - std::min(most, list.size());
    list.resize(std::min(most, list.size()));
    return list;
  };
  Data advisories(Data::type::list);
  for (const auto& id : first(update.advisories)) advisories << Data("text", id);
  Data cves(Data::type::list);
  for (const auto& id : first(update.cves)) {
    Data one;
    one.set("path", cve_path(id));
    one.set("text", id);
    cves << one;
  }
  data.set("advisories", advisories);
  data.set("cves", cves);
  data.set("more_fixes", hidden > 0 ? Data(number_text(static_cast<std::int64_t>(hidden))) : Data(false));
}

std::string spaced(const std::string& json_list) {
  return fmt::format("{}", fmt::join(strings_from_json(json_list), " "));
}

void put_unknown(Data& data, Store& store, Time now) {
  const auto unknown = count_unknown(store, now);
  data.set("unknown", unknown == 0
                          ? Data(false)
                          : Data("text", fmt::format("{} state is not known",
                                                     unknown == 1 ? "1 machine whose"
                                                                  : number_text(unknown) + " machines whose")));
}

Data lacking_row(const LackingHost& one, Time now) {
  const Verdict verdict = verdict_of(one.host, now);
  Data row;
  row.set("path", machine_path(one.host.id));
  row.set("machine_name", name_of(one.host));
  row.set("mark", mark_data(to_text(verdict.value)));
  row.set("installed", one.installed.empty() ? Data(false) : Data(one.installed));
  row.set("state", state_text(one.state));
  row.set("since", time_data(one.first_seen));
  row.set("age", age_text(one.first_seen, now));
  row.set("system", one.host.os_name);
  row.set("heard", heard_text(one.host.received, now));
  return row;
}

std::string lacking_csv_head() {
  return "id,hostname,os,verdict,state,installedVersion,pendingSince,receivedAt\r\n";
}

std::string lacking_csv_line(const LackingHost& one, Time now) {
  return csv_line({one.host.id, one.host.hostname, one.host.os_name,
                   std::string(to_text(verdict_of(one.host, now).value)), one.state, one.installed,
                   when(one.first_seen), when(one.host.received)});
}

}  // namespace patchstate
