// SPDX-License-Identifier: Apache-2.0
// The list of updates in the table: the columns that fit, chosen once for all groups so that everything lines up.
//
//   SECURITY UPDATES PENDING (2)
//     NAME      INSTALLED            CANDIDATE           SEVERITY   ORIGIN
//     openssl   3.0.15-1~deb12u1  -> 3.0.17-1~deb12u2    critical   Debian-Security
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "assessment/table_text.h"
#include "assessment/words.h"

namespace patchstate {
namespace {

enum Column : std::size_t { name, installed, candidate, kind, advisory, origin, column_count };
using Cells = std::array<std::string, column_count>;
using Widths = std::array<std::size_t, column_count>;  ///< 0: the column is not shown

const Cells kTitles = {"NAME", "INSTALLED", "CANDIDATE", "CLASS", "ADVISORY", "ORIGIN"};
constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;

struct Row {
  const Update* update;
  Cells cells;
};

struct Group {
  std::string title;
  std::vector<Row> rows;
};

/// "bugfix, important": what the group's title doesn't say, the severity last.
std::string kind_of(const Update& update) {
  std::string text;
  const auto add = [&](std::string_view word) { text += (text.empty() ? "" : ", ") + std::string(word); };
  for (const auto value : update.classifications) {
    const bool is_in_title =
        is_pending(update) && value == (is_security(update) ? Classification::security : Classification::other);
    if (value != Classification::unknown && !is_in_title) add(to_text(value));
  }
  const std::string vendor = one_line(update.vendor_severity);
  if (update.severity != Severity::unknown)
    add(to_text(update.severity));
  else if (!vendor.empty())
    add(vendor);
  return text;
}

/// "RHSA-2026:1234 +2": the first of the most severe ones of its class, and how many more there are.
std::string advisory_of(const Update& update) {
  const auto weight = [](const Advisory& one) {
    return std::pair(one.type == Classification::security || one.type == Classification::critical, one.severity);
  };
  const auto found = std::max_element(update.advisories.begin(), update.advisories.end(),
                                      [&](const auto& a, const auto& b) { return weight(a) < weight(b); });
  if (found == update.advisories.end()) return {};
  const auto more = update.advisories.size() - 1;
  return one_line(found->id) + (more > 0 ? fmt::format(" +{}", more) : "");
}

/// The architecture is named where it isn't the machine's own: two copies of one package are two lines.
std::string name_of(const Update& update, const Host& host) {
  const bool is_own =
      update.arch.empty() || update.arch == host.arch || update.arch == "all" || update.arch == "noarch";
  return one_line(is_own ? update.name : update.name + ":" + update.arch);
}

Row row_of(const Update& update, const Host& host) {
  // An update of Windows has no version.
  const std::string_view none = update.version.empty() ? "" : "(new)";
  return {
      &update,
      {name_of(update, host), update.installed_version.empty() ? std::string(none) : one_line(update.installed_version),
       one_line(update.version), kind_of(update), advisory_of(update), one_line(update.origin)}};
}

std::string group_title(const Update& update) {
  if (update.state == UpdateState::installed_pending_reboot) return "INSTALLED, WITHOUT EFFECT UNTIL A REBOOT";
  if (!is_pending(update)) {
    std::string state(to_text(update.state));
    std::replace(state.begin(), state.end(), '_', ' ');
    return "NOT INSTALLABLE NOW: " + state;
  }
  if (is_security(update)) return "SECURITY UPDATES PENDING";
  return is_unclassified(update) ? "PENDING, AND NOBODY CAN TELL WHETHER THEY ARE SECURITY" : "OTHER UPDATES PENDING";
}

std::vector<Group> groups_of(const std::vector<const Update*>& updates, const Host& host, const TableStyle& style) {
  std::vector<Group> groups;
  for (const auto* update : updates) {
    if (style.only_security && !is_security(*update)) continue;
    const std::string title = group_title(*update);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& other) { return other.title == title; });
    if (group == groups.end()) group = groups.insert(groups.end(), {title, {}});
    group->rows.push_back(row_of(*update, host));
  }
  return groups;
}

/// Width that holds `percent` of the column's cells; the rest wrap.
std::size_t column_width(const std::vector<Group>& groups, std::size_t column, std::size_t percent) {
  std::vector<std::size_t> widths;
  for (const auto& group : groups)
    for (const auto& row : group.rows) widths.push_back(columns_of(row.cells[column]));
  std::sort(widths.begin(), widths.end());
  if (widths.back() == 0) return 0;
  return std::max(widths[(widths.size() - 1) * percent / 100], kTitles[column].size());
}

std::size_t gap_before(std::size_t column) {
  return column == candidate ? 4 : column == name ? kIndent : kGap;
}

std::size_t total(const Widths& widths) {
  std::size_t sum = 0;
  for (std::size_t column = 0; column < column_count; ++column)
    if (widths[column] > 0) sum += gap_before(column) + widths[column];
  return sum;
}

/// What is least missed goes first: the origin, then the advisory, then room for the few longest names and versions
/// (they wrap), then the class.
Widths choose_widths(const std::vector<Group>& groups, std::size_t width) {
  Widths widths{};
  const auto fits = [&](std::size_t percent) {
    for (const auto column : {name, installed, candidate}) widths[column] = column_width(groups, column, percent);
    return total(widths) <= width;
  };
  for (const auto column : {kind, advisory, origin}) widths[column] = column_width(groups, column, 100);
  if (fits(100)) return widths;
  widths[origin] = 0;
  if (fits(100)) return widths;
  widths[advisory] = 0;
  if (fits(100) || fits(95) || fits(85)) return widths;
  widths[kind] = 0;
  if (!fits(95) && !fits(85)) fits(75);
  return widths;
}

/// Puts each cell under its title. One that finds its place taken, or would stick out, starts a new line; nothing is
/// cut.
std::string row_text(const Cells& cells, const Widths& widths, std::size_t width, Paint paint,
                     const TableStyle& style) {
  std::string text;
  std::size_t at = 0;
  std::size_t start = 0;
  for (std::size_t column = 0; column < column_count; ++column) {
    if (widths[column] == 0) continue;
    start += gap_before(column);
    const std::size_t size = columns_of(cells[column]);
    const bool is_arrow = column == candidate && &cells != &kTitles;
    const std::size_t lead = is_arrow ? 3 : 0;
    std::size_t from = start - lead;
    if (size > 0) {
      if (at > 0 && (at + 1 > from || (start + size > width && at > kIndent))) {
        text += '\n';
        at = 0;
      }
      if (start + size > width)
        from = std::min(from, width > size + lead + kIndent + 2 ? width - size - lead : kIndent + 2);
      text += std::string(from - at, ' ') + (is_arrow ? "-> " : "");
      text += painted(cells[column], column == name || &cells == &kTitles ? paint : Paint::none, style);
      at = from + lead + size;
    }
    start += widths[column];
  }
  return text + "\n";
}

Paint paint_of(const Update& update) {
  return is_pending(update) && is_security(update) && update.severity == Severity::critical ? Paint::red : Paint::none;
}

/// Why these updates are in their state, indented under what it is about.
void add_reason(std::string& text, const std::string& reason, std::size_t width) {
  if (reason.empty()) return;
  text += std::string(kIndent + 2, ' ') + wrapped(reason, width, kIndent + 2) + "\n";
}

void add_group(std::string& text, const Group& group, const Widths& widths, const TableStyle& style) {
  const std::size_t width = width_of(style);
  const auto reason_of = [](const Row& row) { return one_line(row.update->state_reason); };
  const std::string first = reason_of(group.rows.front());
  const bool is_shared =
      std::all_of(group.rows.begin(), group.rows.end(), [&](const Row& row) { return reason_of(row) == first; });
  text += "\n" + painted(fmt::format("{} ({})", group.title, group.rows.size()), Paint::bold, style) + "\n";
  if (is_shared) add_reason(text, first, width);
  text += row_text(kTitles, widths, width, Paint::none, style);
  for (const auto& row : group.rows) {
    text += row_text(row.cells, widths, width, paint_of(*row.update), style);
    if (!is_shared) add_reason(text, reason_of(row), width);
  }
}

}  // namespace

std::string updates_table(const std::vector<const Update*>& updates, const Host& host, const TableStyle& style) {
  const std::vector<Group> groups = groups_of(updates, host, style);
  if (groups.empty()) return "";
  const Widths widths = choose_widths(groups, width_of(style));
  std::string text;
  for (const auto& group : groups) add_group(text, group, widths, style);
  return text;
}

}  // namespace patchstate
