// SPDX-License-Identifier: Apache-2.0
// The JSON of patchstate-solv-probe: an object on each line, the first says how many follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/zypper/zypper_answer.h"

namespace patchstate::zypper {

struct ProbedVersion {
  std::string version;  ///< EPOCH:VERSION-RELEASE, no epoch where it is 0
  std::string arch;
  std::string vendor;
  std::string repository;  ///< alias; empty: installed
};

/// Something installed once that repositories have newer, or that the solver would replace.
struct ProbedPackage {
  std::string name;
  ProbedVersion installed;
  std::vector<ProbedVersion> newer;   ///< of all architectures that fit the machine, and all vendors; in no order
  std::vector<ProbedVersion> chosen;  ///< what the solver would install of that name
};

struct ProbeAnswer {
  std::string tool_version;                ///< "libsolv 0.7.23"
  std::string stale;                       ///< why there is nothing below: a cache is not that of what is there now
  std::int64_t problems = 0;               ///< the solver found
  std::int64_t changes_unasked = 0;        ///< what the solver would do to the system as it is
  std::int64_t patches_known = 0;          ///< of all repositories, needed or not
  std::vector<std::string> erased;         ///< names of what would go for good
  std::vector<std::string> several_times;  ///< names installed more than once
  std::vector<std::string> set_aside;      ///< names of retracted updates and PTFs that would count otherwise
  std::vector<ProbedPackage> packages;
  std::vector<ListedUpdate> patches;  ///< needed ones, as `zypper list-patches` has them
};

/// Throws CollectorError(unparseable) for anything but a whole answer of the probe's.
ProbeAnswer parse_probe_output(std::string_view text);

}  // namespace patchstate::zypper
