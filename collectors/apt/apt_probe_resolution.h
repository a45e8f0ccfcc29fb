// SPDX-License-Identifier: Apache-2.0
// Which candidates apt's resolver takes. Part of the probe: speaks libapt-pkg, knows no rule of ours.
#pragma once

#include <string>
#include <vector>

#include <apt-pkg/cachefile.h>
#include <apt-pkg/pkgcache.h>

namespace patchstate::apt {

/// Packages that are installed, that dpkg left half done, and essential ones that are missing: a few thousand of the
/// archive's 70,000 and more. One walk over all of them takes 4 ms.
std::vector<pkgCache::PkgIterator> packages_of_interest(pkgCache& cache);

/// Exactly (never optimistically): does marking every candidate for upgrade leave every dependency met, nothing broken
/// and nothing new wanted? Then `upgrade` and `dist-upgrade` both take them all and there is nothing to resolve. Looks
/// at installed packages only (a millisecond for each 1,000) where the full resolver initialises the whole archive (300
/// ms). The conditions mirror apt's MarkInstall (depcache.cc) and pkgDistUpgrade (upgrade.cc); tests/differential
/// proves them on random worlds.
class UpgradeCheck {
 public:
  /// `of_interest`: see packages_of_interest.
  UpgradeCheck(pkgCache& cache, pkgPolicy& policy, const std::vector<pkgCache::PkgIterator>& of_interest);
  bool nothing_to_resolve();

 private:
  void choose_targets();
  bool package_is_plain(const pkgCache::PkgIterator& package) const;
  bool dependencies_are_met(const pkgCache::PkgIterator& package) const;
  bool dependencies_stay_met(const pkgCache::PkgIterator& package);
  bool group_is_met(pkgCache::DepIterator start, const pkgCache::DepIterator& end,
                    const std::vector<map_pointer<pkgCache::Version>>& versions) const;
  bool positive_stays_met(const pkgCache::PkgIterator& package, pkgCache::DepIterator dep) const;
  bool conflicts_with(const pkgCache::DepIterator& dep,
                      const std::vector<map_pointer<pkgCache::Version>>& versions) const;
  bool old_unmet_recommendation(const pkgCache::PkgIterator& package, const pkgCache::DepIterator& start);
  bool is_important(const pkgCache::DepIterator& dep) const;
  pkgCache::VerIterator version_in(const std::vector<map_pointer<pkgCache::Version>>& versions,
                                   const pkgCache::PkgIterator& package) const;

  pkgCache& cache_;
  pkgPolicy& policy_;
  const std::vector<pkgCache::PkgIterator>& of_interest_;
  bool plain_ = true;
  std::vector<map_pointer<pkgCache::Version>> current_;  ///< by package id: installed version
  std::vector<map_pointer<pkgCache::Version>> target_;   ///< by package id: version after the upgrade
};

struct NewPackage {
  pkgCache::VerIterator version;
  std::vector<std::string> required_by;  ///< name:arch of packages to be upgraded or installed that depend on it
};

/// What the two resolver runs say, by package id.
struct ResolverAnswer {
  bool failed = false;  ///< the system's dependencies are broken already: apt refuses to resolve
  /// apt refuses too, over a package that must be installed again and that no archive has; no dependency is broken.
  bool waits_for_reinstallation = false;
  std::vector<bool> upgrade;
  std::vector<bool> dist_upgrade;
  std::vector<bool> phased;  ///< apt itself holds it back because of phasing
  std::vector<NewPackage> new_packages;
};
ResolverAnswer resolve(pkgCacheFile& file);

}  // namespace patchstate::apt
