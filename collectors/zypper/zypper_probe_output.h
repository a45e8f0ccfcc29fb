// SPDX-License-Identifier: Apache-2.0
// The JSON of patchstate-solv-probe: an object on each line, the first says how many follow.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/rpm/rpm_advisory.h"
#include "collectors/zypper/zypper_answer.h"

namespace patchstate::zypper {

struct ProbedVersion {
  std::string version;  ///< EPOCH:VERSION-RELEASE, no epoch where it is 0
  std::string arch;
  std::string vendor;
  std::string repository;  ///< alias; empty: installed
  bool operator==(const ProbedVersion&) const = default;
};

/// Something installed once that repositories have newer, or that the solver would replace.
struct ProbedPackage {
  std::string name;
  ProbedVersion installed;
  std::vector<ProbedVersion> newest;  ///< above it: that version in all architectures that fit the machine, in no order
  std::vector<std::string> vendors;   ///< of that and of all versions between
  std::vector<ProbedVersion> chosen;  ///< what the solver would install of that name
};

/// What an update would put in place of an installed package.
struct ProbedReplacement {
  std::string name;
  ProbedVersion chosen;
  std::vector<ProbedVersion> newest;  ///< of that name: that version in all architectures that fit the machine
};

/// Something installed that an update would take away, because something of another name obsoletes it.
struct ReplacedPackage {
  std::string name;
  ProbedVersion installed;
  std::vector<ProbedReplacement> by;    ///< what the solver would install
  std::vector<std::string> obsoleters;  ///< names of all that obsolete it, chosen or not
};

/// What zypper's cache has of an advisory: not its title, nor when it was updated. `issued` is the later of the two
/// times where it has both, `reboot_suggested` what its packages say. Of its packages those that are installed in that
/// architecture.
struct ProbedAdvisory {
  std::string repository;  ///< alias
  rpm::RpmAdvisory advisory;
};

struct ProbeAnswer {
  std::string tool_version;                ///< "libsolv 0.7.23"
  std::string stale;                       ///< why there is nothing below: a cache is not that of what is there now
  std::int64_t problems = 0;               ///< the solver found
  std::int64_t changes_unasked = 0;        ///< what the solver would do to the system as it is
  std::int64_t patches_known = 0;          ///< of all repositories, needed or not
  std::vector<std::string> erased;         ///< names of what would go with nothing in its place
  std::vector<std::string> several_times;  ///< names installed more than once
  std::vector<std::string> set_aside;      ///< names of retracted updates and PTFs that would count otherwise
  std::vector<ProbedPackage> packages;
  std::vector<ReplacedPackage> replaced;
  std::vector<ListedUpdate> patches;  ///< needed ones, as `zypper list-patches` has them
  /// Needed, or newer for something installed; in the order of the repositories' files.
  std::vector<ProbedAdvisory> advisories;
  /// By alias: the categories of all advisories about what is installed, older ones too.
  std::map<std::string, std::vector<std::string>> categories;
};

/// Throws CollectorError(unparseable) for anything but a whole answer of the probe's.
ProbeAnswer parse_probe_output(std::string_view text);

}  // namespace patchstate::zypper
