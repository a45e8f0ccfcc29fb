// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_dpkg_output.h"

#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

constexpr std::size_t kFields = 9;

struct Row {
  std::string_view name, version, arch, source, source_version, want, error, state, end;
};

bool is_complete(const Row& row) {
  return row.end == "." && is_package_name(row.name) && !row.arch.empty() && !row.state.empty();
}

bool split_row(std::string_view line, Row& row) {
  const auto parts = split(line, '\t');
  if (parts.size() != kFields) return false;
  row = {parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7], parts[8]};
  return is_complete(row);
}

/// By the state dpkg keeps, not by a sentence in some language (edge-24).
std::string_view unfinished_state(const Row& row) {
  if (row.error == "reinstreq") return "reinst-required";
  return row.state == "installed" ? std::string_view() : row.state;
}

bool is_gone(const Row& row) {
  return row.state == "not-installed" || row.state == "config-files";
}

/// False: the row makes no sense.
bool add_row(const Row& row, DpkgStatus& status) {
  if (is_gone(row)) return true;
  if (const auto state = unfinished_state(row); !state.empty())
    status.broken.push_back({std::string(row.name), std::string(row.arch), std::string(state)});
  if (!is_version(row.version)) return row.state == "half-installed";  // before it ever had one
  status.installed.push_back({std::string(row.name), std::string(row.version), std::string(row.arch),
                              std::string(row.source), std::string(row.source_version), row.want == "hold"});
  return true;
}

/// The value when `line` is that field; dpkg writes its names in this very case.
bool take_field(std::string_view line, std::string_view name, std::string_view& value) {
  if (!line.starts_with(name)) return false;
  value = line.substr(name.size());
  return true;
}

void read_status_field(std::string_view line, Row& row) {
  std::string_view value;
  if (take_field(line, "Package: ", row.name) || take_field(line, "Version: ", row.version) ||
      take_field(line, "Architecture: ", row.arch))
    return;
  if (take_field(line, "Status: ", value)) {  // install ok installed
    const auto words = words_of(value);
    if (words.size() != 3) return;
    row.want = words[0];
    row.error = words[1];
    row.state = words[2];
  } else if (take_field(line, "Source: ", value)) {  // bash (5.2-1), with a version only where it differs
    const auto words = words_of(value);
    if (!words.empty()) row.source = words[0];
    if (words.size() > 1 && words[1].size() > 2) row.source_version = words[1].substr(1, words[1].size() - 2);
  }
}

}  // namespace

std::string dpkg_query_format() {
  return "${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\t${db:Status-Want}\\t"
         "${db:Status-Eflag}\\t${db:Status-Status}\\t.\\n";
}

// bash<TAB>5.2.15-2+b8<TAB>amd64<TAB>bash<TAB>5.2.15-2<TAB>install<TAB>ok<TAB>installed<TAB>.
// linux-image-6.1.0-9-amd64<TAB>6.1.27-1<TAB>amd64<TAB>linux-signed-amd64<TAB>6.1.27+1<TAB>hold<TAB>ok<TAB>half-configured<TAB>.
// nano<TAB>7.2-1<TAB>amd64<TAB>nano<TAB>7.2-1<TAB>deinstall<TAB>ok<TAB>config-files<TAB>.
DpkgStatus parse_dpkg_status(std::string_view text) {
  DpkgStatus status;
  NotUnderstood rest;
  for_each_line(text, [&](std::string_view line) {
    Row row;
    if (line.empty()) return;
    if (!split_row(line, row)) {
      rest.add(line);
      return;
    }
    if (!add_row(row, status)) rest.add(line);
  });
  status.not_understood = rest.take();
  return status;
}

// Package: bash
// Status: install ok installed
// Architecture: amd64
// Version: 5.2.15-2+b8
// Source: bash (5.2.15-2)
DpkgStatus parse_status_file(std::string_view text) {
  DpkgStatus status;
  NotUnderstood rest;
  Row row;
  const auto finish = [&] {
    if (row.source.empty()) row.source = row.name;
    if (row.source_version.empty()) row.source_version = row.version;
    row.end = ".";
    // What is not installed need not have an architecture either.
    const bool of_no_concern = row.name.empty() || is_gone(row);
    if (!of_no_concern && !(is_complete(row) && add_row(row, status)))
      rest.add("the record of " + std::string(row.name) + " in dpkg's status file");
    row = {};
  };
  for_each_line(text, [&](std::string_view line) {
    if (line.empty())
      finish();
    else
      read_status_field(line, row);
  });
  finish();
  status.not_understood = rest.take();
  return status;
}

}  // namespace patchstate::apt
