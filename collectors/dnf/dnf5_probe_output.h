// SPDX-License-Identifier: Apache-2.0
// The JSON of patchstate-solv-probe about dnf5's caches: an object on each line, the first says how many follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/rpm/rpm_advisory.h"
#include "collectors/rpm/rpm_version.h"

namespace patchstate::dnf {

/// What libsolv would install in an upgrade of everything.
struct ChosenPackage {
  rpm::Nevra package;
  std::string repository;  ///< its id
  bool known = false;      ///< something of that name is installed
};

struct Dnf5ProbeAnswer {
  std::string tool_version;             ///< "libsolv 0.7.23"
  std::string stale;                    ///< why there is nothing below: a copy is not of what is there now
  std::int64_t installed_count = 0;     ///< packages in the rpm database
  std::int64_t problems = 0;            ///< the solver found
  std::vector<std::string> gone;        ///< names of what the upgrade would take away
  std::vector<std::string> obsoleting;  ///< names of available packages that obsolete an installed one
  std::vector<rpm::Nevra> installed;    ///< those of the names of what is chosen, kernels and dnf5 itself
  std::vector<ChosenPackage> chosen;
  /// Those with something newer than an installed package of that name; of their packages those of installed names.
  std::vector<rpm::RpmAdvisory> advisories;
};

/// Throws CollectorError(unparseable) for anything but a whole answer of the probe's.
Dnf5ProbeAnswer parse_dnf5_probe(std::string_view text);

}  // namespace patchstate::dnf
