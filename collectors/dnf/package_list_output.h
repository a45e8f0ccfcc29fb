// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/rpm/rpm_version.h"

namespace patchstate::dnf {

struct PackageRow {
  rpm::Nevra package;
  std::string repository;  ///< "updates"; of an installed package "@updates", "@System"
};

struct Replacement {
  PackageRow by;
  std::vector<PackageRow> replaced;
};

struct PackageList {
  std::vector<PackageRow> rows;  ///< as listed: a tool may list several versions of one package (edge-39, edge-87)
  std::vector<Replacement> replacements;    ///< "Obsoleting Packages"
  std::vector<std::string> not_understood;  ///< lines that may be data
};

/// What `check-update`, `check-upgrade`, `list updates` and `list installed` of yum 3, dnf 4, dnf5 and tdnf print:
/// name.arch, version and repository, each row on one line or wrapped to two or three (edge-31, edge-32, edge-88), a
/// fourth column ignored (edge-33).
PackageList parse_package_list(std::string_view text);

/// The newest version of each name.arch, in the order of their first rows.
std::vector<PackageRow> newest_of_each(const std::vector<PackageRow>& rows);

}  // namespace patchstate::dnf
