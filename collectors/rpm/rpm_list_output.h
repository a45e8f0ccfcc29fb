// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/rpm/rpm_version.h"

namespace patchstate::rpm {

struct InstalledPackage {
  std::string name;
  Evr evr;
  std::string arch;  ///< empty: none (keys: gpg-pubkey)
  std::optional<Time> installed;
  std::string vendor;
};

struct InstalledList {
  std::vector<InstalledPackage> packages;
  std::vector<std::string> not_understood;
};

/// What parse_rpm_list reads.
constexpr std::string_view kRpmListFormat =
    "%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\t%{INSTALLTIME}\\t%{VENDOR}\\n";

/// Output of `rpm -qa --qf kRpmListFormat`, also of `rpm -q` of some names: its "package X is not installed" is neither
/// a package nor in not_understood. The keys rpm trusts (gpg-pubkey) are in it, as rpm lists them.
InstalledList parse_rpm_list(std::string_view text);

}  // namespace patchstate::rpm
