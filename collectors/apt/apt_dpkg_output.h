// SPDX-License-Identifier: Apache-2.0
// What dpkg says is installed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/apt/apt_snapshot.h"

namespace patchstate::apt {

struct InstalledPackage {
  std::string name;
  std::string version;
  std::string arch;  ///< amd64, all
  std::string source;
  std::string source_version;
  bool held = false;
};

struct DpkgStatus {
  std::vector<InstalledPackage> installed;  ///< unpacked and half-configured ones too, as apt counts them
  std::vector<BrokenPackage> broken;
  std::vector<std::string> not_understood;
};

/// For --showformat.
std::string dpkg_query_format();
DpkgStatus parse_dpkg_status(std::string_view text);
/// Of dpkg's status file itself.
DpkgStatus parse_status_file(std::string_view text);

}  // namespace patchstate::apt
