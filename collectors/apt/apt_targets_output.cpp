// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_targets_output.h"

#include <algorithm>
#include <array>

#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

/// apt leaves a field as it is when it has no value for it. `END` has none ever: it shows that a line is whole.
constexpr std::array<std::string_view, 13> kFields = {
    "CREATED_BY", "REPO_URI", "RELEASE",  "COMPONENT", "ARCHITECTURE", "METAKEY", "DESCRIPTION",
    "FILENAME",   "SUITE",    "CODENAME", "ORIGIN",    "LABEL",        "END"};

std::string placeholder(std::string_view field) {
  return "$(" + std::string(field) + ")";
}

}  // namespace

std::string index_targets_format() {
  std::string format;
  for (const auto field : kFields) format += (format.empty() ? "" : "\t") + placeholder(field);
  return format;
}

// Packages<TAB>http://deb.example.org/debian/<TAB>bookworm<TAB>main<TAB>amd64<TAB>main/binary-amd64/Packages<TAB>
//   http://deb.example.org/debian bookworm/main amd64
//   Packages<TAB>/var/lib/apt/lists/deb.example.org_debian_dists_bookworm_
//   main_binary-amd64_Packages.lz4<TAB>oldstable<TAB>bookworm<TAB>Debian<TAB>Debian<TAB>$(END)
IndexTargets parse_index_targets(std::string_view text) {
  IndexTargets all;
  NotUnderstood rest;
  for_each_line(text, [&](std::string_view line) {
    if (line.empty()) return;
    const auto parts = split(line, '\t');
    if (parts.size() != kFields.size() || parts.back() != placeholder("END")) {
      rest.add(line);
      return;
    }
    const auto field = [&](std::string_view name) {
      const auto at = static_cast<std::size_t>(std::find(kFields.begin(), kFields.end(), name) - kFields.begin());
      return parts[at] == placeholder(name) ? std::string() : std::string(parts[at]);
    };
    if (field("CREATED_BY") != "Packages") return;
    const std::string description = field("DESCRIPTION");
    all.targets.push_back({field("REPO_URI"),
                           field("RELEASE"),
                           field("COMPONENT"),
                           field("ARCHITECTURE"),
                           field("METAKEY"),
                           field("FILENAME"),
                           {description, repository_of(description), field("SUITE"), field("CODENAME"), field("ORIGIN"),
                            field("LABEL")}});
  });
  all.not_understood = rest.take();
  return all;
}

std::string repository_of(std::string_view description) {
  for (int part = 0; part < 2; ++part)
    if (const auto space = description.rfind(' '); space != std::string_view::npos)
      description = description.substr(0, space);
  return std::string(description);
}

// apt writes a URI as a file name by making "_" of "/" and quoting every other "_", so the path of the index takes as
// many parts of the name from its end as it has itself.
std::string release_prefix(const IndexTarget& target) {
  std::string prefix = target.filename;
  const auto parts = std::count(target.meta_key.begin(), target.meta_key.end(), '/') + 1;
  for (std::ptrdiff_t part = 0; part < parts; ++part) {
    const auto end = prefix.rfind('_');
    if (end == std::string::npos) return {};
    prefix.resize(end);
  }
  return prefix + "_";
}

}  // namespace patchstate::apt
