// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/render.h"

#include <stdexcept>
#include <string_view>

#include <fmt/core.h>

#include "hub/pages/embedded.h"
#include "hub/pages/words.h"

namespace patchstate {
namespace {

// Strict: not even the page's own markup can run or load anything that is not a file of this program.
constexpr const char* kPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

struct Entry {
  const char* path;
  const char* name;
  bool administrators_only;
};
constexpr Entry kNavigation[] = {
    {"/", "Overview", false},  {"/machines", "Machines", false},    {"/updates", "Updates", false},
    {"/plan", "Plan", false},  {"/risks", "Risks", false},          {"/groups", "Groups", false},
    {"/enrol", "Enrol", true}, {"/notifications", "Notices", true}, {"/people", "People", true},
    {"/audit", "Audit", true},
};

std::string asset_path(std::string_view name) {
  const Asset* const asset = find_asset(name);
  if (asset == nullptr) throw std::logic_error("no asset " + std::string(name));
  const auto dot = name.rfind('.');
  return fmt::format("/assets/{}-{}{}", name.substr(0, dot), asset->hash, name.substr(dot));
}

Data navigation(const Page& page, const Visitor& visitor) {
  Data list(Data::type::list);
  for (const auto& entry : kNavigation) {
    if (entry.administrators_only && visitor.role != Role::administrator) continue;
    Data one;
    one.set("path", entry.path);
    one.set("name", entry.name);
    one.set("here", Data(page.place == entry.path));
    list << one;
  }
  return list;
}

/// Without the end of its last line: a time stands in the middle of a sentence.
std::string partial_text(const std::string& name) {
  std::string_view text = template_text(name);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

HttpResponse render(const Page& page, const Visitor* visitor, Time now) {
  Data data = page.data;
  data.set("title", page.title);
  data.set("style", asset_path("style.css"));
  data.set("script", asset_path("enhance.js"));
  data.set("icon", asset_path("icon.svg"));
  data.set("as_of", time_data(now));
  data.set("filter", page.filter.empty() ? Data(false) : Data(page.filter));
  data.set("visitor", visitor == nullptr ? Data(false) : Data("name", visitor->name));
  data.set("administrator", Data(visitor != nullptr && visitor->role == Role::administrator));
  if (visitor != nullptr) {
    data.set("form_token", visitor->form_token);
    data.set("navigation", navigation(page, *visitor));
  }
  const auto add_partial = [&](const std::string& name, const std::string& of) {
    data.set(name, Data(kainjow::mustache::partial([of] { return partial_text(of); })));
  };
  add_partial("body", page.body);
  for (const auto* const name : {"verdict_mark", "a_time", "saved_filters", "risk_rows", "lacking_table",
                                 "update_risks", "machine_evidence", "machine_risks", "machine_tags"})
    add_partial(name, name);

  kainjow::mustache::mustache layout{std::string(template_text("layout"))};
  HttpResponse response{page.status, "text/html; charset=utf-8", layout.render(data), {}};
  if (!layout.is_valid()) throw std::logic_error("template: " + layout.error_message());
  response.header = {{"Content-Security-Policy", kPolicy},
                     {"X-Content-Type-Options", "nosniff"},
                     {"Referrer-Policy", "same-origin"},
                     {"Cache-Control", "no-store"}};
  return response;
}

HttpResponse csv_file(const std::string& name, std::string text) {
  return {200,
          "text/csv; charset=utf-8; header=present",
          std::move(text),
          {{"Content-Disposition", fmt::format("attachment; filename=\"{}.csv\"", name)},
           {"X-Content-Type-Options", "nosniff"},
           {"Cache-Control", "no-store"}}};
}

}  // namespace patchstate
