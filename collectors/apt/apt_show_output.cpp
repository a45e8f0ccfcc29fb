// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_show_output.h"

#include <charconv>

#include "collectors/apt/apt_lines.h"
#include "collectors/blanks.h"

namespace patchstate::apt {
namespace {

/// Of "libc6 (>= 2.36), exim4 | mail-transport-agent, libfoo:any".
void add_names(std::string_view relation, std::vector<std::string>& names) {
  for (const auto clause : split(relation, ','))
    for (const auto alternative : split(clause, '|')) {
      const auto words = words_of(alternative);
      if (!words.empty()) names.push_back(qualified_name(words[0].substr(0, words[0].find('('))).name);
    }
}

void add_field(PackageRecord& record, std::string_view name, std::string_view value) {
  if (name == "Package") {
    record.name = value;
  } else if (name == "Version") {
    record.version = value;
  } else if (name == "Architecture") {
    record.arch = value;
  } else if (name == "Source") {  // "Source: bash (5.2.15-2)", with a version only where it differs
    const auto words = words_of(value);
    if (!words.empty()) record.source = words[0];
    if (words.size() > 1 && words[1].size() > 2) record.source_version = words[1].substr(1, words[1].size() - 2);
  } else if (name == "Size") {
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
    if (error == std::errc() && end == value.data() + value.size() && size >= 0) record.size = size;
  } else if (name == "Provides") {
    add_names(value, record.provides);
  } else if (name == "Depends" || name == "Pre-Depends") {
    add_names(value, record.depends);
  } else if (name == "Recommends") {
    add_names(value, record.recommends);
  }
}

/// Every record of apt's has the three; one that was cut must not stand for the package it begins with.
void finish(PackageRecord& record, std::vector<PackageRecord>& records) {
  if (!record.name.empty() && !record.version.empty() && !record.arch.empty()) {
    if (record.source.empty()) record.source = record.name;
    if (record.source_version.empty()) record.source_version = record.version;
    records.push_back(std::move(record));
  }
  record = {};
}

}  // namespace

// Package: bash
// Source: bash (5.2.15-2)
// Version: 5.2.15-2+b13
// Architecture: amd64
// Depends: base-files (>= 2.1.12), debianutils (>= 5.6-0.1)
// Tag: admin::TODO, devel::TODO, devel::interpreter,
//  interface::shell, interface::text-mode
// Size: 1490652
std::vector<PackageRecord> parse_package_records(std::string_view text) {
  std::vector<PackageRecord> records;
  PackageRecord record;
  for_each_line(text, [&](std::string_view line) {
    if (line.empty()) {
      finish(record, records);
      return;
    }
    const auto colon = line.find(':');
    if (line.front() == ' ' || line.front() == '\t' || colon == std::string_view::npos) return;
    add_field(record, line.substr(0, colon), trimmed(line.substr(colon + 1)));
  });
  finish(record, records);
  return records;
}

}  // namespace patchstate::apt
