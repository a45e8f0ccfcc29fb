// SPDX-License-Identifier: Apache-2.0
// Puts the answers of apt's commands together into one snapshot, and checks them against each other. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collectors/apt/apt_dpkg_output.h"
#include "collectors/apt/apt_plan.h"
#include "collectors/apt/apt_policy_output.h"
#include "collectors/apt/apt_show_output.h"
#include "collectors/apt/apt_snapshot.h"
#include "collectors/apt/apt_targets_output.h"

namespace patchstate::apt {

/// Use in the order of the functions: each builds on what the ones before it added.
class Assembly {
 public:
  /// `native` is the system's own architecture, `foreign` those it takes packages of too.
  Assembly(DpkgStatus status, const std::string& native, const std::vector<std::string>& foreign);

  /// Every installed package, as apt-cache takes its name ("libc6:i386" of a foreign architecture).
  std::vector<std::string> installed_names() const;
  void add_files(const std::vector<IndexTarget>& targets);
  void add_policy(const Policy& policy);
  /// To be called after the last add_policy().
  void check_policy();

  /// New packages that apt wants, to be asked apt-cache about.
  static std::vector<std::string> new_names(const UpgradePlan& dist_upgrade, const std::string& native);
  void add_new_packages(const UpgradePlan& dist_upgrade, const Policy& policy);
  void add_plans(const UpgradePlan& dist_upgrade, const UpgradePlan& upgrade);
  /// A version is being phased and apt did not take the candidate: because of that, or because of a dependency.
  bool may_be_phased(const UpgradePlan& dist_upgrade) const;
  /// What apt takes only where phasing is ignored, it keeps back because of the phasing.
  void add_phased(const UpgradePlan& ignoring_phasing);

  /// "name=version" of every candidate, for apt-cache show.
  std::vector<std::string> candidate_names() const;
  void add_records(const std::vector<PackageRecord>& records);

  void add_complaints(const std::vector<Complaint>& complaints);
  void add_not_understood(const std::vector<std::string>& lines);
  Snapshot& snapshot() { return snapshot_; }
  Snapshot take() { return std::move(snapshot_); }

 private:
  /// Name and the package's own architecture, the native one for "all".
  using Key = std::pair<std::string, std::string>;

  Key key(const std::string& name, const std::string& arch) const;
  Key key_of_listed(const std::string& listed) const;
  std::string listed_name(const Key& key) const;
  Package* pending(const Key& key);
  void add_pending(const Key& key, const PolicyPackage& policy, const InstalledPackage& installed);
  void add_kernel(const PolicyPackage& policy, const InstalledPackage& installed);
  Version version_of(const PolicyVersion& version);
  std::size_t file_index(const std::string& description);
  void check_plan(const UpgradePlan& plan);
  bool waits_for_reinstallation(const UpgradePlan& plan) const;
  void add_required_by(const std::map<std::string, const PackageRecord*>& records);

  Snapshot snapshot_;
  std::string native_;
  std::map<Key, InstalledPackage> installed_;
  std::set<Key> judged_;  ///< installed, and policy's whole answer about it was read
  std::map<Key, std::size_t> pending_;
  std::set<Key> with_phased_version_;  ///< pending; any version: apt may wait for the candidate when another is phased
  std::map<std::string, std::size_t> files_;  ///< by description
};

}  // namespace patchstate::apt
