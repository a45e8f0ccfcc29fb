// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

struct EndOfSupport {
  Time date;           ///< first second at which no security updates reach this machine any more
  std::string source;  ///< "os-release SUPPORT_END", "distro-info-data, eol-lts of bookworm"
};

/// os-release SUPPORT_END first, then the row of `distro_info_csv` (debian.csv or ubuntu.csv of distro-info-data) for
/// the release: Debian's eol-lts (LTS is served by the same security archive), or eol for an `arch` that LTS leaves
/// out; Ubuntu's eol, or eol-esm when `esm_enabled`. nullopt: nobody says.
std::optional<EndOfSupport> end_of_support(const std::map<std::string, std::string>& os_release,
                                           std::string_view distro_info_csv, bool esm_enabled,
                                           std::string_view arch = {});

/// The table that knows this release, or the release it is built on (UBUNTU_CODENAME, DEBIAN_CODENAME; Raspbian is
/// built on Debian's of the same name): "debian.csv", "ubuntu.csv", or empty.
std::string distro_info_table(const std::map<std::string, std::string>& os_release);

}  // namespace patchstate
