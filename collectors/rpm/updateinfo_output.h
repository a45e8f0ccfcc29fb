// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/rpm/rpm_advisory.h"
#include "collectors/rpm/updateinfo_selection.h"

namespace patchstate::rpm {

/// Of this many bytes of XML at most (Red Hat's largest has some 100 MB).
constexpr std::size_t kLargestUpdateinfo = 512U << 20U;

struct Updateinfo {
  std::vector<RpmAdvisory> advisories;      ///< each <update>, in order
  std::vector<std::string> not_understood;  ///< data no record came from: "line 12: <package> without a name"
  /// Why there may be more than that: "broken at line 4711: no element found". What stood whole before is in the list;
  /// the caller must not take the list for all there is.
  std::optional<std::string> problem;
};

/// updateinfo.xml, plain (compressed_file.h opens the file). Never throws for what is in the text. Element names count
/// without their namespace. A document type of its own is refused: nothing in it can expand.
///
/// An id may come twice, on SUSE with another `version`, elsewhere with another list of packages: they stay apart, in
/// order, and merge_by_id makes one of them.
Updateinfo parse_updateinfo(std::string_view xml);

/// The same, but what is not wanted may be left out, at a fraction of the cost: most of it is about packages that this
/// machine does not have. Left out are advisories that are not wanted, of others the packages of other names (unless
/// they suggest a reboot) and texts without a CVE. That the file is cut off is seen, what is wrong inside what is left
/// out is not. `xml` is given away, so that it need not be in memory beside what is read of it.
Updateinfo parse_updateinfo(std::string xml, const AdvisoryFilter& wanted);

/// One advisory for each id, where the first of them stood: packages and CVEs of all, the highest severity, security
/// if one says so, the earliest issue and the latest update, a reboot if one suggests it.
std::vector<RpmAdvisory> merge_by_id(std::vector<RpmAdvisory> advisories);

}  // namespace patchstate::rpm
