// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "hub/api_parameters.h"
#include "hub/csv.h"
#include "hub/pages/own_pages.h"
#include "hub/pages/render.h"
#include "hub/pages/words.h"
#include "hub/sql.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostShown = 200;
constexpr std::size_t kMostInFile = 50'000;

struct Group {
  std::string tag;
  std::int64_t machines = 0;
  std::int64_t compliant = 0;
  std::int64_t noncompliant = 0;
  std::int64_t accepted = 0;
  std::int64_t unknown = 0;
  std::int64_t security = 0;  ///< updates missing on those that are noncompliant
};

/// The largest first.
std::vector<Group> groups(Store& store, Time now, std::size_t limit) {
  return sql::guarded("the tags can't be read", [&] {
    std::vector<Group> list;
    const auto sum = [](std::string_view verdict, std::string_view what) {
      return fmt::format("CAST(SUM(CASE WHEN v = '{}' THEN {} ELSE 0 END) AS BIGINT)", verdict, what);
    };
    for (const auto& [tag, machines, compliant, noncompliant, accepted, unknown, security] :
         sql::select<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
             store.session(),
             fmt::format(
                 "SELECT tag, COUNT(*) AS machines, {}, {}, {}, {}, {} FROM (SELECT t.tag AS tag, h.security AS "
                 "security, {} AS v "
                 "FROM tags t JOIN hosts h ON h.host = t.host LEFT JOIN contacts c ON c.host = h.host WHERE "
                 "h.removed = 0) AS f GROUP BY tag ORDER BY machines DESC, tag LIMIT {}",
                 sum("compliant", "1"), sum("noncompliant", "1"), sum("accepted", "1"), sum("unknown", "1"),
                 sum("noncompliant", "security"), verdict_sql(now), limit)))
      list.push_back({tag, machines, compliant, noncompliant, accepted, unknown, security});
    return list;
  });
}

HttpResponse groups_csv(Store& store, Time now) {
  std::string text =
      csv_line({"tag", "machines", "compliant", "noncompliant", "accepted", "unknown", "securityUpdates"});
  for (const auto& one : groups(store, now, kMostInFile))
    text += csv_line({one.tag, std::to_string(one.machines), std::to_string(one.compliant),
                      std::to_string(one.noncompliant), std::to_string(one.accepted), std::to_string(one.unknown),
                      std::to_string(one.security)});
  return csv_file("groups", std::move(text));
}

}  // namespace

HttpResponse groups_page(Store& store, const Asked& asked) {
  const Parameters parameters(asked.request);
  parameters.allow_only({"format"});
  if (parameters.wants_csv()) return groups_csv(store, asked.now);
  Page page{"Groups", "/groups", "groups", {}, {}, 200};
  Data rows(Data::type::list);
  for (const auto& one : groups(store, asked.now, kMostShown)) {
    const std::string path = "/machines?tag=" + percent_encoded(one.tag);
    Data row;
    row.set("tag", one.tag);
    row.set("path", path);
    row.set("machines", number_text(one.machines));
    for (const auto& [name, value] :
         {std::pair{"compliant", one.compliant}, std::pair{"noncompliant", one.noncompliant},
          std::pair{"accepted", one.accepted}, std::pair{"unknown", one.unknown}}) {
      row.set(name, number_text(value));
      row.set(std::string("to_") + name, path + "&verdict=" + name);
    }
    row.set("security", number_text(one.security));
    rows << row;
  }
  page.data.set("has_rows", Data(rows.is_non_empty_list()));
  page.data.set("rows", rows);
  return render(page, &asked.visitor, asked.now);
}

}  // namespace patchstate
