// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_text_output.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"
#include "collectors/tool_lines.h"

namespace patchstate::zypper {
namespace {

constexpr std::size_t kMostNotUnderstood = 50;
constexpr std::size_t kLongestLine = 300;

using Cells = std::vector<std::string>;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for_each_line(text, [&](std::string_view line) { lines.push_back(clean_text(shown_line(line), 64U << 10U)); });
  return lines;
}

/// "---+------+----"
bool is_separator(std::string_view line) {
  return line.starts_with('-') && line.find('+') != std::string_view::npos &&
         line.find_first_not_of("-+ ") == std::string_view::npos;
}

bool is_row(std::string_view line) {
  return line.find('|') != std::string_view::npos;
}

Cells cells_of(std::string_view line) {
  Cells cells;
  while (true) {
    const auto end = line.find('|');
    cells.emplace_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

/// Puts `count` cells, from the one at `first`, together again: the value in them has a "|" of its own (edge-76).
void join(Cells& cells, std::size_t first, std::size_t count) {
  for (std::size_t at = 1; at < count; ++at) cells[first] += " | " + cells[first + at];
  const auto begin = cells.begin() + static_cast<std::ptrdiff_t>(first);
  cells.erase(begin + 1, begin + static_cast<std::ptrdiff_t>(count));
}

/// Walks through the lines; calls `take(cells, columns)` for the rows and `chatter(line)` for what stands between.
class Tables {
 public:
  explicit Tables(std::string_view text) : lines_(lines_of(text)) {}

  template <class Row, class Chatter>
  void read(Answer& answer, Row row, Chatter chatter) {
    for (std::size_t at = 0; at < lines_.size(); ++at) {
      const std::string& line = lines_[at];
      if (is_separator(line)) {
        columns_ = static_cast<std::size_t>(std::count(line.begin(), line.end(), '+')) + 1;
        ++tables_;
        answer.has_list = true;
      } else if (!is_row(line)) {
        chatter(line);
      } else if (at + 1 < lines_.size() && is_separator(lines_[at + 1])) {
        continue;  // a header
      } else if (columns_ == 0 || !row(cells_of(line), columns_)) {
        add_not_understood(answer, line);
      }
    }
    if (more_ > 0) answer.not_understood.push_back(fmt::format("and {} more lines", more_));
  }

  /// How many tables began so far.
  int tables() const { return tables_; }

 private:
  void add_not_understood(Answer& answer, const std::string& line) {
    if (answer.not_understood.size() < kMostNotUnderstood)
      answer.not_understood.push_back(clean_text(line, kLongestLine));
    else
      ++more_;
  }

  std::vector<std::string> lines_;
  std::size_t columns_ = 0;
  std::size_t more_ = 0;
  int tables_ = 0;
};

bool is_category(std::string_view word) {
  constexpr std::array kCategories = {"security", "recommended", "optional",   "feature",
                                      "document", "yast",        "newpackage", "bugfix"};
  return std::find(kCategories.begin(), kCategories.end(), word) != kCategories.end();
}

bool is_severity(std::string_view word) {
  constexpr std::array kSeverities = {"",     "critical",    "important", "moderate", "low",
                                      "none", "unspecified", "medium",    "high"};
  return std::find(kSeverities.begin(), kSeverities.end(), word) != kSeverities.end();
}

/// Repository, name, category, severity, interactive, status, [since,] summary. Categories are never translated, so
/// they tell whether the repository's name is in more than one cell; everything too many at the end is summary.
bool read_patch(Cells cells, std::size_t columns, ListedUpdate& patch) {
  if (columns < 7 || cells.size() < columns) return false;
  if (cells.size() > columns && !is_category(cells[2])) {
    const auto is_there = [&](std::size_t at) {
      return at + 1 < cells.size() && is_category(cells[at]) && is_severity(cells[at + 1]);
    };
    std::size_t category = 3;
    while (category < cells.size() && !is_there(category)) ++category;
    if (category + columns - 2 > cells.size()) return false;
    join(cells, 0, category - 1);
  }
  if (cells.size() > columns) join(cells, columns - 1, cells.size() - columns + 1);
  if (cells[1].empty() || cells[2].empty()) return false;
  patch.kind = Kind::patch;
  patch.repository = cells[0];
  patch.name = cells[1];
  patch.category = cells[2];
  patch.severity = cells[3];
  patch.interactive = cells[4];
  patch.status = cells[5];
  patch.summary = cells.back();
  patch.reboot_suggested = patch.interactive == "reboot";
  patch.is_interactive = patch.interactive != "---" && patch.interactive != "restart" && !patch.interactive.empty();
  return true;
}

/// Repository, name, version, category, status: zypper before 1.10 (SLES 11).
bool read_old_patch(Cells cells, std::size_t columns, ListedUpdate& patch) {
  if (columns != 5 && columns != 6) return false;
  if (cells.size() < columns) return false;
  if (cells.size() > columns) join(cells, 0, cells.size() - columns + 1);
  if (cells[1].empty() || !is_category(cells[3])) return false;
  patch.kind = Kind::patch;
  patch.repository = cells[0];
  patch.name = cells[1];
  patch.edition = cells[2];
  patch.category = cells[3];
  patch.status = cells[4];
  if (columns == 6) patch.summary = cells[5];
  return true;
}

bool is_arch(std::string_view word) {
  return !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

/// Status, repository, name, installed, available, arch: only the repository's name can have a "|" in it.
bool read_update(Cells cells, std::size_t columns, ListedUpdate& update) {
  if (columns != 6 || cells.size() < columns) return false;
  if (cells.size() > columns) join(cells, 1, cells.size() - columns + 1);
  if (cells[2].empty() || cells[4].empty() || !is_arch(cells[5])) return false;
  update.kind = Kind::package;
  update.status = cells[0];
  update.repository = cells[1];
  update.name = cells[2];
  update.edition_old = cells[3];
  update.edition = cells[4];
  update.arch = cells[5];
  update.locked = update.status.ends_with('l');
  return true;
}

/// The names below "The following 5 items are locked and will not be changed by any action:", headed by " Available:"
/// or " Installed:", each of their lines indented by two blanks.
class LockedNames {
 public:
  void take(std::string_view line, std::vector<std::string>& names) {
    if (line.find("locked and will not be changed by any action") != std::string_view::npos) {
      in_list_ = true;
    } else if (in_list_ && line.starts_with("  ")) {
      add_words(line, names);
    } else if (in_list_ && !(line.starts_with(' ') && line.ends_with(':'))) {
      in_list_ = false;
    }
  }

 private:
  static void add_words(std::string_view line, std::vector<std::string>& names) {
    while (!(line = trimmed(line)).empty()) {
      const auto end = std::min(line.find(' '), line.size());
      names.emplace_back(line.substr(0, end));
      line.remove_prefix(end);
    }
  }

  bool in_list_ = false;
};

void add_message(std::string_view line, Answer& answer) {
  constexpr std::string_view kWarning = "Warning: ";
  if (line.starts_with(kWarning)) {
    answer.messages.push_back({MessageKind::warning, masked(line.substr(kWarning.size()))});
  } else if (line.starts_with("Skipping repository") || line.starts_with("Some of the repositories have not been")) {
    answer.messages.push_back({MessageKind::error, masked(line)});
  }
  if (line.find("No repositories defined") != std::string_view::npos) answer.has_no_repositories = true;
  if (line.find("No updates found.") != std::string_view::npos) answer.has_list = true;
}

}  // namespace

// Needed software management updates will be installed first:
//
// Repository          | Name     | Category    | Severity  | Interactive | Status | Summary
// --------------------+----------+-------------+-----------+-------------+--------+---------------------
// SLES15-SP5-Updates  | SUSE-1   | recommended | moderate  | restart     | needed | Update for libzypp
//
// The following updates are also available:
Answer parse_patch_table(std::string_view text) {
  Answer answer;
  Tables tables(text);
  std::vector<int> table_of;
  tables.read(
      answer,
      [&](const Cells& cells, std::size_t columns) {
        ListedUpdate patch;
        if (!read_patch(cells, columns, patch) && !read_old_patch(cells, columns, patch)) return false;
        answer.updates.push_back(std::move(patch));
        table_of.push_back(tables.tables());
        return true;
      },
      [&](std::string_view line) { add_message(line, answer); });
  if (tables.tables() == 2)
    for (std::size_t at = 0; at < answer.updates.size(); ++at) {
      answer.updates[at].update_stack = table_of[at] == 1;
      answer.updates[at].blocked = table_of[at] == 2;
    }
  return answer;
}

// S | Repository         | Name           | Current Version | Available Version | Arch
// --+--------------------+----------------+-----------------+-------------------+-------
// v | SLES12-SP2-Updates | kernel-default | 4.4.38-93.1     | 4.4.49-92.11.1    | x86_64
Answer parse_update_table(std::string_view text) {
  Answer answer;
  Tables tables(text);
  LockedNames locked;
  tables.read(
      answer,
      [&](const Cells& cells, std::size_t columns) {
        ListedUpdate update;
        if (!read_update(cells, columns, update)) return false;
        answer.updates.push_back(std::move(update));
        return true;
      },
      [&](std::string_view line) {
        locked.take(line, answer.locked);
        add_message(line, answer);
      });
  return answer;
}

}  // namespace patchstate::zypper
