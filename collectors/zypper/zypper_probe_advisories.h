// SPDX-License-Identifier: Apache-2.0
// What zypper's cache has of updateinfo.xml, as far as it is about what is installed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "collectors/zypper/zypper_probe_pool.h"
#include "collectors/zypper/zypper_probe_solver.h"

namespace patchstate::zypper {

using rpm::attribute;
using rpm::is_patch;
using rpm::kPatchPrefix;
using rpm::line_of;
using rpm::Lines;
using rpm::text_of;

/// What is installed, by name.
using Installed = std::map<Id, std::vector<Solvable*>>;

/// Whether some installed package of that name is older.
bool is_newer_than_installed(Pool* pool, Id name, Id version, const Installed& installed);
/// Whether a patch brings something newer than what is installed.
bool brings_newer(Pool* pool, Id patch, const Installed& installed);

struct ToldAdvisories {
  /// Of those that are needed, bring something newer for an installed name and architecture, or something that would
  /// replace an installed package, in the order of the repositories' files. Other packages are left out of them, and
  /// those of other architectures.
  Lines lines;
  nlohmann::json categories;  ///< {"ALIAS": ["security", …]} of all that name one of these, older ones too
};

ToldAdvisories advisories(Pool* pool, const Installed& installed, const PatchRun& patches, const UpdateRun& update);

}  // namespace patchstate::zypper
