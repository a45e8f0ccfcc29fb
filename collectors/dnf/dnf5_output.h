// SPDX-License-Identifier: Apache-2.0
// The JSON of dnf5. Each function throws CollectorError(unparseable) for what is not that JSON: a text that was cut off
// is never an empty list.
#pragma once

#include <string_view>
#include <vector>

#include "collectors/dnf/advisory_list_output.h"
#include "collectors/dnf/dnf_snapshot.h"
#include "collectors/dnf/package_list_output.h"

namespace patchstate::dnf {

/// `check-upgrade --json`: {"upgrades": [{"name", "arch", "evr", "repository"}]}; with nothing to list {} or no key at
/// all. `list --obsoletes --json`: {"obsoleting_packages": [ROW and "obsoletes": [ROW]]}; every other key is a list of
/// rows too.
PackageList parse_dnf5_packages(std::string_view text);

/// `advisory info --json`: [{"Name", "Title", "Severity", "Type", "Status", "Issued": epoch seconds,
///   "references": [{"Id", "Type": "cve", "Title", "Url"}], "collections": {"packages": ["zeta-1.1-1.x86_64"]}}]
/// The only place where dnf5 has the severity right (its `advisory list --with-cve --json` prints the type there).
std::vector<rpm::RpmAdvisory> parse_dnf5_advisories(std::string_view text);

/// `advisory list --json` in both its shapes: {"name", "type", "severity", "nevra", "buildtime"}, and with --with-cve
/// or
/// --with-bz {"advisory_name", "advisory_type", "advisory_severity", "nevra", "references"} (edge-125).
std::vector<AdvisoryRow> parse_dnf5_advisory_list(std::string_view text);

/// `repo info --json`: [{"id", "name", "is_enabled", "timestamp": epoch seconds of the last check, "revision",
///   "max_timestamp", "cache_updated", "available_pkgs"}]; enabled ones only.
std::vector<Repository> parse_dnf5_repositories(std::string_view text);

}  // namespace patchstate::dnf
