// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/plan_output.h"

#include "collectors/dnf/dnf_lines.h"

namespace patchstate::dnf {
namespace {

class Reader {
 public:
  void line(std::string_view raw) {
    const std::string text = plain_line(raw);
    const auto words = words_of(text);
    if (words.empty()) {
      in_problem_ = false;
      return;
    }
    if (text == "Nothing to do.") whole_ = true;
    if (text == "Transaction Summary:") {
      whole_ = true;
      section_ = Section::none;
    } else if (whole_) {
      return;
    } else if (words[0] == "Problem" || words[0] == "Problem:") {
      plan_.problems.push_back(text);
      in_problem_ = true;
    } else if (in_problem_ && text.starts_with("  - ")) {
      plan_.problems.back() += ";" + text.substr(3);
    } else if (text.front() != ' ' && text.back() == ':') {
      section_ = section_of(text);
    } else if (text.front() == ' ' && section_ != Section::none) {
      row(words);
    }
  }

  std::optional<Plan> plan() {
    if (!whole_) return std::nullopt;
    return std::move(plan_);
  }

 private:
  enum class Section { none, installs, other };

  static Section section_of(const std::string& heading) {
    for (const char* const start : {"Installing", "Upgrading", "Downgrading", "Reinstalling"})
      if (heading.starts_with(start)) return Section::installs;
    return Section::other;
  }

  void row(const std::vector<std::string>& words) {
    const bool replacing = words[0] == "replacing";
    const std::size_t first = replacing ? 1 : 0;
    if (section_ != Section::installs || words.size() < first + 3) return;
    rpm::Nevra package{words[first], rpm::parse_evr(words[first + 2]), words[first + 1]};
    if (!replacing)
      plan_.installs.push_back(std::move(package));
    else if (!plan_.installs.empty() && plan_.installs.back().name != package.name)
      plan_.removes.push_back(std::move(package));
  }

  Plan plan_;
  Section section_ = Section::none;
  bool in_problem_ = false;
  bool whole_ = false;
};

}  // namespace

// Problem: cannot install the best update candidate for package theta-1.0-1.x86_64
//   - nothing provides nothing-has-it needed by theta-2.0-1.x86_64 from updates
// Package            Arch   Version Repository      Size
// Installing:
//  epsilon           x86_64 0:1.0-1 updates      0.0   B
//    replacing delta x86_64 0:1.0-1 <unknown>    0.0   B
// Skipping packages with broken dependencies:
//  theta             x86_64 2.0-1   updates      0.0   B
// Transaction Summary:
std::optional<Plan> parse_dnf5_plan(std::string_view text) {
  Reader reader;
  for_each_line(text, [&](std::string_view line) { reader.line(line); });
  return reader.plan();
}

}  // namespace patchstate::dnf
