// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_probe_resolution.h"

#include <algorithm>
#include <string_view>

#include <apt-pkg/algorithms.h>
#include <apt-pkg/configuration.h>
#include <apt-pkg/depcache.h>
#include <apt-pkg/error.h>
#include <apt-pkg/policy.h>
#include <apt-pkg/upgrade.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collectors/apt/apt_probe_phasing.h"

namespace patchstate::apt {
namespace {

using Versions = std::vector<map_pointer<pkgCache::Version>>;

bool positive(const pkgCache::DepIterator& dep) {
  return dep->Type == pkgCache::Dep::Depends || dep->Type == pkgCache::Dep::PreDepends;
}

/// apt may protect a package whose candidate is for everybody, when the installed version is still being phased (seen
/// with apt 2.6).
bool has_phased_version(const pkgCache::PkgIterator& package) {
  for (auto version = package.VersionList(); !version.end(); ++version)
    if (phased_percentage(version) != 100) return true;
  return false;
}

}  // namespace

std::vector<pkgCache::PkgIterator> packages_of_interest(pkgCache& cache) {
  std::vector<pkgCache::PkgIterator> packages;
  for (auto package = cache.PkgBegin(); !package.end(); ++package) {
    const bool unknown_to_dpkg =
        package->CurrentState == pkgCache::State::NotInstalled || package->CurrentState == pkgCache::State::ConfigFiles;
    const bool essential = (package->Flags & pkgCache::Flag::Essential) != 0 && !package.VersionList().end();
    if (package->CurrentVer != nullptr || !unknown_to_dpkg || essential) packages.push_back(package);
  }
  return packages;
}

UpgradeCheck::UpgradeCheck(pkgCache& cache, pkgPolicy& policy, const std::vector<pkgCache::PkgIterator>& of_interest)
    : cache_(cache),
      policy_(policy),
      of_interest_(of_interest),
      current_(cache.Head().PackageCount),
      target_(cache.Head().PackageCount) {}

pkgCache::VerIterator UpgradeCheck::version_in(const Versions& versions, const pkgCache::PkgIterator& package) const {
  return {cache_, cache_.VerP + versions[package->ID]};
}

bool UpgradeCheck::package_is_plain(const pkgCache::PkgIterator& package) const {
  if (package->CurrentState != pkgCache::State::Installed || package->InstState != pkgCache::State::Ok) return false;
  return package->SelectedState == pkgCache::State::Install || package->SelectedState == pkgCache::State::Hold;
}

void UpgradeCheck::choose_targets() {
  for (const auto& package : of_interest_) {
    // apt installs a missing essential package during dist-upgrade.
    if (package->CurrentVer == nullptr) {
      if ((package->Flags & pkgCache::Flag::Essential) != 0 && !package.VersionList().end()) plain_ = false;
      continue;
    }
    plain_ = plain_ && package_is_plain(package);
    current_[package->ID] = target_[package->ID] = package->CurrentVer;
    const auto candidate = policy_.GetCandidateVer(package);
    if (candidate.end() || candidate == package.CurrentVer() || package->SelectedState == pkgCache::State::Hold)
      continue;
    if (has_phased_version(package)) plain_ = false;
    target_[package->ID] = candidate.MapPointer();
  }
}

bool UpgradeCheck::nothing_to_resolve() {
  if (_config->FindB("APT::Ignore-Hold", false) || _config->FindB("APT::Install-Suggests", false) ||
      _config->Exists("APT::Install-Recommends-Sections") || _config->Find("APT::Solver", "internal") != "internal")
    return false;
  choose_targets();
  for (const auto& package : of_interest_)
    if (plain_ && package->CurrentVer != nullptr && !(dependencies_are_met(package) && dependencies_stay_met(package)))
      return false;
  return plain_;
}

bool UpgradeCheck::is_important(const pkgCache::DepIterator& dep) const {
  static const bool recommends = _config->FindB("APT::Install-Recommends", true);
  return positive(dep) || (recommends && dep->Type == pkgCache::Dep::Recommends);
}

// apt refuses to resolve anything while what is installed is broken, even where an update would mend it.
bool UpgradeCheck::dependencies_are_met(const pkgCache::PkgIterator& package) const {
  for (auto dep = package.CurrentVer().DependsList(); !dep.end();) {
    pkgCache::DepIterator start;
    pkgCache::DepIterator end;
    dep.GlobOr(start, end);
    if (start.IsNegative() ? conflicts_with(start, current_) : positive(start) && !group_is_met(start, end, current_))
      return false;
  }
  return true;
}

bool UpgradeCheck::dependencies_stay_met(const pkgCache::PkgIterator& package) {
  for (auto dep = version_in(target_, package).DependsList(); !dep.end();) {
    pkgCache::DepIterator start;
    pkgCache::DepIterator end;
    dep.GlobOr(start, end);
    if (start.IsNegative()) {
      if (conflicts_with(start, target_)) return false;
      continue;
    }
    if (!is_important(start)) continue;
    if (!positive_stays_met(package, start)) return false;
    if (group_is_met(start, end, target_)) continue;
    if (positive(start)) return false;
    const bool upgraded = target_[package->ID] != current_[package->ID];
    if (upgraded && !old_unmet_recommendation(package, start)) return false;
  }
  return true;
}

bool UpgradeCheck::group_is_met(pkgCache::DepIterator start, const pkgCache::DepIterator& end,
                                const Versions& versions) const {
  for (;; ++start) {
    const auto wanted = start.TargetPkg();
    const auto own = version_in(versions, wanted);
    if (!own.end() && start.IsSatisfied(own)) return true;
    for (auto provides = wanted.ProvidesList(); !provides.end(); ++provides)
      if (versions[provides.OwnerPkg()->ID] == provides.OwnerVer().MapPointer() && start.IsSatisfied(provides))
        return true;
    if (start == end) return false;
  }
}

// apt upgrades or removes a package whose dependency on an upgraded one is no longer met, even if another member of the
// or-group is there (MarkInstall_CollectReverseDepends).
bool UpgradeCheck::positive_stays_met(const pkgCache::PkgIterator& package, pkgCache::DepIterator dep) const {
  if (target_[package->ID] != current_[package->ID]) return true;
  for (;; ++dep) {
    const auto wanted = dep.TargetPkg();
    const auto before = version_in(current_, wanted);
    const auto after = version_in(target_, wanted);
    if (before != after && dep.IsSatisfied(before) && !dep.IsSatisfied(after)) return false;
    if ((dep->CompareOp & pkgCache::Dep::Or) == 0) return true;
  }
}

bool UpgradeCheck::conflicts_with(const pkgCache::DepIterator& dep, const Versions& versions) const {
  const auto enemy = dep.TargetPkg();
  const auto own = version_in(versions, enemy);
  if (!own.end() && !dep.IsIgnorable(enemy) && dep.IsSatisfied(own)) return true;
  for (auto provides = enemy.ProvidesList(); !provides.end(); ++provides)
    if (versions[provides.OwnerPkg()->ID] == provides.OwnerVer().MapPointer() && !dep.IsIgnorable(provides) &&
        dep.IsSatisfied(provides))
      return true;
  return false;
}

// apt leaves a recommendation alone that the installed version had too and that was not met then.
bool UpgradeCheck::old_unmet_recommendation(const pkgCache::PkgIterator& package, const pkgCache::DepIterator& start) {
  bool known = false;
  for (auto dep = package.CurrentVer().DependsList(); !dep.end();) {
    pkgCache::DepIterator first;
    pkgCache::DepIterator last;
    dep.GlobOr(first, last);
    if (first->Type != pkgCache::Dep::Recommends) continue;
    bool same = false;
    for (auto member = first;; ++member) {
      same = same || member.TargetPkg() == start.TargetPkg();
      if (member == last) break;
    }
    if (!same) continue;
    if (group_is_met(first, last, current_)) return false;
    known = true;
  }
  return known;
}

namespace {

std::vector<bool> marked_for_upgrade(pkgDepCache& cache) {
  std::vector<bool> marked(cache.Head().PackageCount);
  for (auto package = cache.PkgBegin(); !package.end(); ++package)
    marked[package->ID] = package->CurrentVer != nullptr && cache[package].Upgrade();
  return marked;
}

void require(std::vector<NewPackage>& wanted, pkgDepCache& cache, const pkgCache::PkgIterator& package) {
  const auto version = cache[package].InstVerIter(cache);
  for (auto dep = version.DependsList(); !dep.end(); ++dep) {
    if (dep.IsNegative() || !cache.IsImportantDep(dep)) continue;
    for (auto& one : wanted) {
      const auto owner = one.version.ParentPkg();
      if (owner == package) continue;
      bool meets = dep.TargetPkg() == owner && dep.IsSatisfied(one.version);
      for (auto provides = one.version.ProvidesList(); !meets && !provides.end(); ++provides)
        meets = provides.ParentPkg() == dep.TargetPkg() && dep.IsSatisfied(provides);
      const std::string by = std::string(package.Name()) + ":" + version.Arch();
      if (meets && (one.required_by.empty() || one.required_by.back() != by)) one.required_by.push_back(by);
    }
  }
}

bool will_be_there(pkgDepCache& cache, const pkgCache::VerIterator& version) {
  const auto package = version.ParentPkg();
  if (package.CurrentVer() == version) return cache[package].Keep();
  return cache[package].CandidateVerIter(cache) == version && (cache[package].NewInstall() || cache[package].Upgrade());
}

bool is_needed(pkgDepCache& cache, const pkgCache::PkgIterator& wanted) {
  for (auto dep = wanted.RevDependsList(); !dep.end(); ++dep)
    if (!dep.IsNegative() && cache.IsImportantDep(dep) && will_be_there(cache, dep.ParentVer())) return true;
  return false;
}

bool is_needed_by_any_name(pkgDepCache& cache, const pkgCache::PkgIterator& package) {
  if (is_needed(cache, package)) return true;
  for (auto provides = cache[package].CandidateVerIter(cache).ProvidesList(); !provides.end(); ++provides)
    if (is_needed(cache, provides.ParentPkg())) return true;
  return false;
}

/// What apt-get does after resolving: new packages that nothing needs in the end are dropped, and those of them that
/// another one needs after all are taken again (DoAutomaticRemove in apt-private's private-install.cc).
void drop_new_garbage(pkgDepCache& cache) {
  const pkgDepCache::ActionGroup group(cache);
  std::vector<pkgCache::PkgIterator> dropped;
  for (auto package = cache.PkgBegin(); !package.end(); ++package)
    if (package->CurrentVer == nullptr && cache[package].Garbage && cache[package].Install())
      dropped.push_back(package);
  for (const auto& package : dropped) cache.MarkDelete(package, false, 0, false);
  while (cache.BrokenCount() != 0 || cache.PolicyBrokenCount() != 0) {
    const auto needed = std::find_if(dropped.begin(), dropped.end(),
                                     [&](const auto& package) { return is_needed_by_any_name(cache, package); });
    if (needed == dropped.end()) break;
    cache.MarkInstall(*needed, false, 0, false);
    dropped.erase(needed);
  }
}

void dist_upgrade(pkgDepCache& cache, ResolverAnswer& answer) {
  if (!APT::Upgrade::Upgrade(cache, APT::Upgrade::ALLOW_EVERYTHING)) {
    answer.failed = true;  // apt finds no way out: what it has marked by then is no plan
    return;
  }
  drop_new_garbage(cache);
  answer.dist_upgrade = marked_for_upgrade(cache);
  answer.phased.resize(cache.Head().PackageCount);
  for (auto package = cache.PkgBegin(); !package.end(); ++package) {
    if (package->CurrentVer != nullptr) {
      const auto candidate = cache[package].CandidateVerIter(cache);
      answer.phased[package->ID] = cache[package].Protect() && !candidate.end() && has_phased_version(package);
    } else if (cache[package].NewInstall()) {
      answer.new_packages.push_back({cache[package].InstVerIter(cache), {}});
    }
  }
  for (auto package = cache.PkgBegin(); !package.end(); ++package)
    if (cache[package].Install() && !answer.new_packages.empty()) require(answer.new_packages, cache, package);
}

/// `apt-get upgrade` must start from the same fresh state as dist-upgrade, and initialising that state is what costs:
/// a forked child inherits it and runs beside us.
class UpgradeInChild {
 public:
  explicit UpgradeInChild(pkgDepCache& cache) {
    int ends[2];
    if (pipe(ends) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      const bool done = APT::Upgrade::Upgrade(
          cache, APT::Upgrade::FORBID_REMOVE_PACKAGES | APT::Upgrade::FORBID_INSTALL_NEW_PACKAGES);
      const auto marked = marked_for_upgrade(cache);
      std::string text(marked.begin(), marked.end());
      const bool sent = write_all(ends[1], text);
      _exit(done && sent ? 0 : 1);
    }
    close(ends[1]);
    from_child_ = ends[0];
  }
  UpgradeInChild(const UpgradeInChild&) = delete;
  UpgradeInChild& operator=(const UpgradeInChild&) = delete;
  ~UpgradeInChild() {
    if (from_child_ >= 0) close(from_child_);
  }

  /// Empty when the child could not answer.
  std::vector<bool> answer(std::size_t packages) {
    std::string text;
    char buffer[65536];
    ssize_t got = 0;
    while (child_ > 0 && (got = read(from_child_, buffer, sizeof buffer)) > 0)
      text.append(buffer, static_cast<std::size_t>(got));
    int status = 1;
    if (child_ <= 0 || waitpid(child_, &status, 0) != child_ || status != 0 || text.size() != packages) return {};
    return {text.begin(), text.end()};
  }

 private:
  static bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
      const auto written = write(fd, text.data(), text.size());
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  pid_t child_ = -1;
  int from_child_ = -1;
};

bool any_to_reinstall(pkgCache& cache) {
  for (auto package = cache.PkgBegin(); !package.end(); ++package)
    if (package->InstState == pkgCache::State::ReInstReq || package->InstState == pkgCache::State::HoldReInstReq)
      return true;
  return false;
}

/// As apt-get does before it resolves: what dpkg left half done is to be finished, installed again or removed.
void apply_status(pkgDepCache& cache, ResolverAnswer& answer) {
  _error->PushToStack();
  const bool applied = pkgApplyStatus(cache);
  answer.waits_for_reinstallation = !applied && any_to_reinstall(cache.GetCache());
  if (answer.waits_for_reinstallation)
    _error->RevertToStack();  // the package's own state says it
  else
    _error->MergeWithStack();
  answer.failed = !answer.waits_for_reinstallation && (!applied || cache.BrokenCount() != 0);
}

}  // namespace

ResolverAnswer resolve(pkgCacheFile& file) {
  ResolverAnswer answer;
  pkgDepCache* const cache = file.GetDepCache();
  answer.failed = cache == nullptr;
  if (cache != nullptr) apply_status(*cache, answer);
  if (answer.failed || answer.waits_for_reinstallation) return answer;
  UpgradeInChild upgrade(*cache);
  dist_upgrade(*cache, answer);
  answer.upgrade = upgrade.answer(cache->Head().PackageCount);
  return answer;
}

}  // namespace patchstate::apt
