// SPDX-License-Identifier: Apache-2.0
#include "hub/pages/own_pages.h"

#include <algorithm>

#include <Poco/StringTokenizer.h>
#include <fmt/format.h>

#include "assessment/assessment_json.h"
#include "hub/audit.h"
#include "hub/filters.h"
#include "hub/forms.h"
#include "hub/pages/links.h"
#include "hub/pages/page_risks.h"
#include "hub/pages/pages.h"
#include "hub/questions.h"
#include "hub/whole_number.h"

namespace patchstate {
namespace {

constexpr std::size_t kLongestTag = 100;
constexpr std::size_t kMostTags = 50;
constexpr std::size_t kLongestFilterName = 100;

bool is_section(const std::string& path, std::string_view section) {
  return path.starts_with(section) && (path.size() == section.size() || path[section.size()] == '/');
}

/// As the list of machines encodes it; so it can stand in a header.
bool is_query(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

HttpResponse no_machine(const Asked& asked) {
  return error_page(404, "There is no such machine", {}, &asked.visitor, asked.now);
}

HttpResponse set_tags_of(Store& store, const Asked& asked, const std::string& id) {
  const Poco::StringTokenizer words(field(asked.request, "tags"), ",\n",
                                    Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
  std::vector<std::string> tags;
  for (const auto& word : words) tags.push_back(clean_text(word, kLongestTag));
  if (tags.size() > kMostTags)
    return error_page(400, fmt::format("A machine has up to {} tags", kMostTags), {}, &asked.visitor, asked.now);
  const bool is_there =
      do_and_note(store,
                  {0, asked.now, asked.visitor.name, "tags_set", id,
                   tags.empty() ? "none" : fmt::format("{}", fmt::join(tags, ", ")), asked.visitor.peer},
                  [&] { return set_tags(store, id, tags); });
  return is_there ? see(machine_path(id)) : no_machine(asked);
}

HttpResponse remove_machine(Store& store, const Asked& asked, const std::string& id) {
  const bool is_there =
      do_and_note(store, {0, asked.now, asked.visitor.name, "host_removed", id, {}, asked.visitor.peer},
                  [&] { return store.remove_host(id, Store::Keep::history, asked.now); });
  return is_there ? see("/machines") : no_machine(asked);
}

}  // namespace

HttpResponse see(const std::string& path) {
  return {303, {}, {}, {{"Location", path}}};
}

std::vector<std::string> parts_below(const std::string& path, std::string_view section) {
  const Poco::StringTokenizer parts(path.substr(section.size()), "/", Poco::StringTokenizer::TOK_IGNORE_EMPTY);
  return {parts.begin(), parts.end()};
}

std::optional<HttpResponse> change_machine(Store& store, const Asked& asked) {
  constexpr std::string_view kMachines = "/machines/";
  const auto& path = asked.request.path;
  if (asked.request.method != "POST" || !path.starts_with(kMachines)) return std::nullopt;
  const auto slash = path.rfind('/');  // an id may have a slash in it
  if (slash < kMachines.size()) return std::nullopt;
  const std::string id = path.substr(kMachines.size(), slash - kMachines.size());
  const std::string what = path.substr(slash + 1);
  if (what != "tags" && what != "remove") return std::nullopt;
  if (!is_host_id(id)) return no_machine(asked);
  return what == "tags" ? set_tags_of(store, asked, id) : remove_machine(store, asked, id);
}

HttpResponse change_filters(Store& store, const Asked& asked) {
  const Actor by{asked.visitor.name, asked.visitor.peer};
  if (asked.request.method != "POST") return see("/machines");
  const auto parts = parts_below(asked.request.path, "/filters");
  if (parts.empty()) {
    SavedFilter filter;
    filter.name = clean_text(field(asked.request, "name"), kLongestFilterName);
    filter.query = field(asked.request, "query");
    if (!is_query(filter.query))
      return error_page(400, "The filter was not saved", "It is not the query of a list.", &asked.visitor, asked.now);
    if (const auto objection = save_filter(store, filter, by, asked.now); !objection.empty())
      return error_page(400, "The filter was not saved", objection, &asked.visitor, asked.now);
    return see("/machines?" + filter.query);
  }
  const auto filter = find_filter(store, whole_number(parts[0]).value_or(0));
  if (parts.size() != 2 || parts[1] != "delete" || !filter)
    return error_page(404, "There is no such filter", {}, &asked.visitor, asked.now);
  if (asked.visitor.role != Role::administrator && filter->created_by != asked.visitor.name)
    return error_page(403, "This filter is somebody else's", fmt::format("{} saved it.", filter->created_by),
                      &asked.visitor, asked.now);
  delete_filter(store, *filter, by, asked.now);
  return see("/machines");
}

std::optional<HttpResponse> answer_own_page(Store& store, Passwords& passwords, const Asked& asked) {
  const auto& path = asked.request.path;
  if (is_section(path, "/people")) return people_page(store, passwords, asked);
  if (path == "/account") return account_page(store, passwords, asked);
  if (path == "/audit") return audit_page(store, asked);
  if (is_section(path, "/enrol")) return enrol_page(store, asked);
  if (is_section(path, "/notifications")) return notifications_page(store, asked);
  if (path == "/groups") return groups_page(store, asked);
  if (is_section(path, "/risks")) return risks_page(store, asked);
  if (is_section(path, "/filters")) return change_filters(store, asked);
  return change_machine(store, asked);
}

}  // namespace patchstate
