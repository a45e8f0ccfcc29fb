// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/api_parameters.h"
#include "hub/audit.h"
#include "hub/csv.h"
#include "hub/pages/own_pages.h"
#include "hub/pages/render.h"
#include "hub/pages/words.h"

namespace patchstate {
namespace {

constexpr std::size_t kShown = 100;
constexpr std::size_t kMostInFile = 50'000;

HttpResponse audit_csv(Store& store) {
  std::string text = csv_line({"at", "who", "action", "target", "detail", "from"});
  for (const auto& one : audit(store, 0, kMostInFile).entries)
    text += csv_line({format_time(one.at), one.who, one.action, one.target, one.detail, one.peer});
  return csv_file("audit", std::move(text));
}

std::string in_words(std::string action) {
  for (auto& c : action)
    if (c == '_') c = ' ';
  return action;
}

}  // namespace

HttpResponse audit_page(Store& store, const Asked& asked) {
  const Parameters parameters(asked.request);
  parameters.allow_only({"before", "format"});
  const auto before = parameters.number("before", 0, std::size_t{1} << 62U);
  if (parameters.wants_csv()) return audit_csv(store);
  const AuditPage found = audit(store, static_cast<std::int64_t>(before), kShown);
  Page page{"Audit log", "/audit", "audit", {}, {}, 200};
  Data rows(Data::type::list);
  for (const auto& one : found.entries) {
    Data row;
    row.set("at", time_data(one.at));
    row.set("who", one.who.empty() ? "nobody" : one.who);
    row.set("action", in_words(one.action));
    row.set("target", one.target);
    row.set("more", one.detail);
    row.set("from", one.peer.empty() ? "the terminal" : one.peer);
    rows << row;
  }
  page.data.set("rows", rows);
  page.data.set("first", Data(before > 0));
  page.data.set("next", found.next == 0 ? Data(false) : Data(fmt::format("/audit?before={}", found.next)));
  return render(page, &asked.visitor, asked.now);
}

}  // namespace patchstate
