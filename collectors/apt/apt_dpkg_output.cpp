// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_dpkg_output.h"

#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

constexpr std::size_t kFields = 9;

struct Row {
  std::string_view name, version, arch, source, source_version, want, error, state, end;
};

bool split_row(std::string_view line, Row& row) {
  const auto parts = split(line, '\t');
  if (parts.size() != kFields) return false;
  row = {parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7], parts[8]};
  return row.end == "." && is_package_name(row.name) && !row.arch.empty() && !row.state.empty();
}

/// By the state dpkg keeps, not by a sentence in some language (edge-24).
std::string_view unfinished_state(const Row& row) {
  if (row.error == "reinstreq") return "reinst-required";
  return row.state == "installed" ? std::string_view() : row.state;
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
    if (row.state == "not-installed" || row.state == "config-files") return;
    if (const auto state = unfinished_state(row); !state.empty())
      status.broken.push_back({std::string(row.name), std::string(row.arch), std::string(state)});
    if (!is_version(row.version)) {  // half-installed before it ever had one
      if (row.state != "half-installed") rest.add(line);
      return;
    }
    status.installed.push_back({std::string(row.name), std::string(row.version), std::string(row.arch),
                                std::string(row.source), std::string(row.source_version), row.want == "hold"});
  });
  status.not_understood = rest.take();
  return status;
}

}  // namespace patchstate::apt
