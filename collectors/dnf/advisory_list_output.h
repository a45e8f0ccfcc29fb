// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/rpm/rpm_advisory.h"
#include "collectors/rpm/rpm_version.h"

namespace patchstate::dnf {

/// One package of one advisory, as a list for people names it.
struct AdvisoryRow {
  std::string advisory;  ///< its id; where the list is one of references, that of the CVE or bug
  bool reference = false;
  std::string type;      ///< security, bugfix, enhancement, newpackage, unspecified, unknown
  std::string severity;  ///< the vendor's word; empty: none
  rpm::Nevra package;
  std::string issued;  ///< "2019-01-17 00:00:00", dnf5 only
};

struct AdvisoryList {
  std::vector<AdvisoryRow> rows;
  std::vector<std::string> not_understood;
};

/// `updateinfo list` of yum 3 and dnf 4 (also with cves), `advisory list` of dnf5 (also --with-cve, --with-bz).
AdvisoryList parse_advisory_list(std::string_view text);

/// Rows of one id as one advisory with all its packages. Rows of references have none.
std::vector<rpm::RpmAdvisory> advisories_of(const std::vector<AdvisoryRow>& rows);

}  // namespace patchstate::dnf
