// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/rpm_list_output.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/rpm/rpm_advisory.h"

namespace patchstate::rpm {
namespace {

constexpr std::size_t kMostNotUnderstood = 50;
constexpr std::size_t kLongestField = 1000;
constexpr std::size_t kFields = 7;

/// The tab-separated fields of a line; nullopt unless there are kFields of them.
std::optional<std::array<std::string_view, kFields>> fields_of(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto end = line.find('\t');
    if ((end == std::string_view::npos) != (i + 1 == kFields)) return std::nullopt;
    fields[i] = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return fields;
}

/// rpm prints "(none)" for what a package does not have.
std::string value(std::string_view field) {
  return field == "(none)" ? std::string() : clean_text(field, kLongestField);
}

std::optional<InstalledPackage> package_of(std::string_view line) {
  const auto fields = fields_of(line);
  if (!fields) return std::nullopt;
  const auto& [name, epoch, version, release, arch, installed, vendor] = *fields;
  InstalledPackage package{
      value(name), {value(epoch), value(version), value(release)}, value(arch), std::nullopt, value(vendor)};
  if (package.name.empty() || package.evr.version.empty() || package.name.size() == kLongestField) return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!std::all_of(package.evr.epoch.begin(), package.evr.epoch.end(), is_digit)) return std::nullopt;
  if (package.evr.epoch == "0") package.evr.epoch.clear();
  package.installed = advisory_time(installed);
  return package;
}

/// Of `rpm -q NAME`, which exits with 1 then.
bool says_not_installed(std::string_view line) {
  return line.starts_with("package ") && line.ends_with(" is not installed");
}

}  // namespace

// bash	0	5.1.8	6.el9_1	x86_64	1795828970	Red Hat, Inc.
// gpg-pubkey	0	fd431d51	4ae0493b	(none)	1795828970	(none)
// package kernel-rt is not installed
InstalledList parse_rpm_list(std::string_view text) {
  InstalledList list;
  std::size_t more = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || says_not_installed(line)) continue;
    if (auto package = package_of(line))
      list.packages.push_back(std::move(*package));
    else if (list.not_understood.size() < kMostNotUnderstood)
      list.not_understood.push_back(clean_text(line, 300));
    else
      ++more;
  }
  if (more > 0) list.not_understood.push_back(fmt::format("and {} more lines", more));
  return list;
}

}  // namespace patchstate::rpm
