// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/advisory_list_output.h"

#include <algorithm>
#include <map>

#include "assessment/assessment_json.h"
#include "collectors/dnf/dnf_lines.h"

namespace patchstate::dnf {
namespace {

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_none(std::string_view severity) {
  const std::string plain = lower(severity);
  return plain.empty() || plain == "none" || plain == "unknown";
}

bool is_date(std::string_view word) {
  return word.size() == 10 && word[4] == '-' && word[7] == '-';
}

class Reader {
 public:
  void line(std::string_view raw) {
    const std::string text = plain_line(raw);
    auto words = words_of(text);
    if (words.empty()) return;
    if (is_heading(words)) return;
    // `list all` marks what is installed.
    if (words.size() > 3 && words[0] == "i") words.erase(words.begin());
    const auto row = heading_ ? row_of_dnf5(words) : row_of_dnf4(words);
    if (row)
      list_.rows.push_back(*row);
    else if (has_digit(text) && !is_chatter(text))
      not_understood_.add(text);
  }

  AdvisoryList list() {
    list_.not_understood = not_understood_.take();
    return std::move(list_);
  }

 private:
  bool is_heading(const std::vector<std::string>& words) {
    if (words.size() < 4 || words[1] != "Type" || words[2] != "Severity") return false;
    heading_ = true;
    references_ = words[0] != "Name";
    return true;
  }

  std::optional<AdvisoryRow> row_of_dnf5(const std::vector<std::string>& words) const {
    if (words.size() < 4) return std::nullopt;
    const auto package = rpm::parse_nevra(words[3]);
    if (!package) return std::nullopt;
    AdvisoryRow row{words[0], references_, words[1], is_none(words[2]) ? "" : words[2], *package, {}};
    if (words.size() >= 6) row.issued = words[4] + " " + words[5];
    return row;
  }

  /// ID, label, package; with -v the date of the advisory behind them.
  static std::optional<AdvisoryRow> row_of_dnf4(std::vector<std::string> words) {
    while (words.size() > 3 && (is_date(words.back()) || (words.back().size() == 8 && words.back()[2] == ':')))
      words.pop_back();
    if (words.size() != 3) return std::nullopt;
    const auto package = rpm::parse_nevra(words[2]);
    if (!package) return std::nullopt;
    AdvisoryRow row;
    row.advisory = words[0];
    const std::string id = lower(row.advisory);
    row.reference =
        id.starts_with("cve-") || std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
    row.package = *package;
    // The severity is translated, the mark of a security advisory is not (edge-120).
    if (const auto label = words[1].find('/'); label != std::string::npos) {
      row.type = "security";
      row.severity = is_none(words[1].substr(0, label)) ? "" : words[1].substr(0, label);
    } else {
      row.type = words[1];
    }
    return row;
  }

  AdvisoryList list_;
  bool heading_ = false;
  bool references_ = false;
  NotUnderstood not_understood_;
};

}  // namespace

// dnf 4:  FEDORA-2022-ae162c4397 enhancement libxcrypt-4.4.33-3.fc35.x86_64
//         ALAS2LIVEPATCH-2021-123 important/Sec. kernel-livepatch-6.1.12-17.42-1.0-4.amzn2023.x86_64
// dnf5:   Name                   Type        Severity                   Package              Issued
//         FEDORA-2018-318f184000 bugfix      none     glibc-2.28-26.fc29.x86_64 2019-01-17 00:00:00
AdvisoryList parse_advisory_list(std::string_view text) {
  Reader reader;
  for_each_line(text, [&](std::string_view line) { reader.line(line); });
  return reader.list();
}

std::vector<rpm::RpmAdvisory> advisories_of(const std::vector<AdvisoryRow>& rows) {
  std::vector<rpm::RpmAdvisory> all;
  std::map<std::string, std::size_t> known;
  for (const auto& row : rows) {
    if (row.reference) continue;
    const auto [at, fresh] = known.try_emplace(row.advisory, all.size());
    if (fresh) {
      rpm::RpmAdvisory& one = all.emplace_back();
      one.id = row.advisory;
      one.type = row.type;
      one.severity = row.severity;
      if (row.issued.size() == 19)
        one.issued = parse_time(row.issued.substr(0, 10) + "T" + row.issued.substr(11) + "Z");
    }
    rpm::AdvisoryPackage package;
    package.name = row.package.name;
    package.version = row.package.evr;
    package.arch = row.package.arch;
    all[at->second].packages.push_back(std::move(package));
  }
  return all;
}

}  // namespace patchstate::dnf
