// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/repoquery_output.h"

#include <algorithm>

#include "collectors/dnf/dnf_lines.h"

namespace patchstate::dnf {
namespace {

/// What stands in double quotes; a quote that is not closed gives nothing.
std::vector<std::string> quoted(std::string_view line) {
  std::vector<std::string> fields;
  while (true) {
    const auto start = line.find('"');
    if (start == std::string_view::npos) return fields;
    const auto end = line.find('"', start + 1);
    if (end == std::string_view::npos) return {};
    fields.emplace_back(line.substr(start + 1, end - start - 1));
    line.remove_prefix(end + 1);
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// Is this ok [y/N]: "dnf" "0" "4.14.0" "1.amzn2023.0.6" "amazonlinux"
// "bind-utils" "30" "9.3.6" "25.P1.el5_11.8" "updates"
PackageList parse_repoquery(std::string_view text) {
  PackageList list;
  NotUnderstood not_understood;
  for_each_line(text, [&](std::string_view raw) {
    const std::string line = plain_line(raw);
    const auto fields = quoted(line);
    const bool whole = fields.size() >= 5 && !fields[0].empty() && !fields[2].empty() && !fields[3].empty() &&
                       (is_number(fields[1]) || fields[1] == "(none)");
    if (whole) {
      const std::string epoch = fields[1] == "0" || fields[1] == "(none)" ? "" : fields[1];
      list.rows.push_back({{fields[0], {epoch, fields[2], fields[3]}, fields.size() > 5 ? fields[5] : ""}, fields[4]});
    } else if (line.find('"') != std::string::npos || !is_chatter(line)) {
      if (std::any_of(line.begin(), line.end(), [](char c) { return c >= '0' && c <= '9'; })) not_understood.add(line);
    }
  });
  list.not_understood = not_understood.take();
  return list;
}

}  // namespace patchstate::dnf
