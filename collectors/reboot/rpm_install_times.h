// SPDX-License-Identifier: Apache-2.0
// What rpm says about a reboot: packages that take effect with the next boot alone, and were installed after this one
// (linux.md §7; the rule is dnf's own, https://access.redhat.com/solutions/27943).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/collector.h"
#include "collectors/rpm/rpm_list_output.h"

namespace patchstate {

struct RpmInstallTimes {
  /// `not_rpm`: the packages of this system are not rpm's. `unknown`: they could not be asked for; `problem` says why.
  enum class Reading { not_rpm, unknown, looked };
  Reading reading = Reading::not_rpm;
  std::string problem;
  std::vector<rpm::InstalledPackage> packages;  ///< those of the names that are installed, of every version
};

/// Names whose update needs a reboot on the system below `root`: dnf's list, dnf5's where that is installed, and what
/// *.conf files in /etc/dnf/plugins/needs-restarting.d, /etc/dnf/suggest-reboot.d and
/// /usr/share/dnf5/suggest-reboot.d add.
std::vector<std::string> names_that_need_a_reboot(const std::filesystem::path& root);

/// Asks rpm for those names, or reads what it said for the same database: kept in `access.cache`. That rpm could not
/// answer is a value.
RpmInstallTimes read_rpm_install_times(const HostAccess& access, std::chrono::milliseconds deadline);

/// Those installed after `boot`, newest first, one of each name.
std::vector<rpm::InstalledPackage> installed_after(const std::vector<rpm::InstalledPackage>& packages, Time boot);

}  // namespace patchstate
