// SPDX-License-Identifier: Apache-2.0
// What `apt list --upgradable` prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchstate::apt {

struct ListedUpgrade {
  std::string name;
  std::vector<std::string> suites;  ///< of the archives that offer the candidate
  std::string candidate;
  std::string arch;
  std::string installed;
};

struct UpgradeList {
  std::vector<ListedUpgrade> upgrades;
  std::vector<std::string> not_understood;
};

/// Without totals: a text cut at a line end looks whole.
UpgradeList parse_upgrade_list(std::string_view text);

}  // namespace patchstate::apt
