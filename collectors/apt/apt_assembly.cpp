// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_assembly.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include <fmt/core.h>

#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

using Mode = PlannedChange::Mode;

/// apt also "upgrades" to a version of the same text but other contents (rebuilt locally): no update.
bool raises(const PlannedChange& change) {
  return change.mode == Mode::upgrade && change.installed != change.candidate;
}
bool is_new(const PlannedChange& change) {
  return change.mode == Mode::install && change.installed.empty();
}

/// Name, own architecture and new version of what a plan upgrades.
std::set<std::tuple<std::string, std::string, std::string>> upgrades_of(const UpgradePlan& plan) {
  std::set<std::tuple<std::string, std::string, std::string>> all;
  for (const auto& change : plan.changes)
    if (raises(change)) all.emplace(change.name, change.arch, change.candidate);
  return all;
}

/// "6.1.0-50-amd64" of linux-image-6.1.0-50-amd64; nullopt of another package, the metapackage linux-image-amd64 too.
std::optional<std::string> kernel_release(std::string_view package) {
  constexpr std::string_view kPrefix = "linux-image-";
  if (!package.starts_with(kPrefix)) return std::nullopt;
  package.remove_prefix(kPrefix.size());
  if (package.starts_with("unsigned-")) package.remove_prefix(std::string_view("unsigned-").size());
  const bool has_version = !package.empty() && package[0] >= '0' && package[0] <= '9';
  return has_version ? std::optional(std::string(package)) : std::nullopt;
}

bool is_upgradable(const Package& package) {
  return !package.installed.empty() && std::any_of(package.newer.begin(), package.newer.end(),
                                                   [](const Version& one) { return !one.above_candidate; });
}

bool names_any(const std::vector<std::string>& names, const PackageRecord& wanted) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name == wanted.name ||
           std::find(wanted.provides.begin(), wanted.provides.end(), name) != wanted.provides.end();
  });
}

}  // namespace

Assembly::Assembly(DpkgStatus status, const std::string& native, const std::vector<std::string>& foreign)
    : native_(native) {
  snapshot_.tool = "apt-get";
  snapshot_.architectures = {native};
  snapshot_.architectures.insert(snapshot_.architectures.end(), foreign.begin(), foreign.end());
  snapshot_.installed_count = static_cast<int>(status.installed.size());
  snapshot_.broken_packages = std::move(status.broken);
  for (auto& broken : snapshot_.broken_packages) broken.arch = key(broken.name, broken.arch).second;
  add_not_understood(status.not_understood);
  for (auto& one : status.installed) {
    const Key id = key(one.name, one.arch);
    installed_.emplace(id, std::move(one));
  }
}

Assembly::Key Assembly::key(const std::string& name, const std::string& arch) const {
  return {name, arch.empty() || arch == "all" ? native_ : arch};
}

Assembly::Key Assembly::key_of_listed(const std::string& listed) const {
  const auto [name, arch] = qualified_name(listed);
  return key(name, arch);
}

std::string Assembly::listed_name(const Key& key) const {
  return key.second == native_ ? key.first : key.first + ":" + key.second;
}

Package* Assembly::pending(const Key& key) {
  const auto found = pending_.find(key);
  return found == pending_.end() ? nullptr : &snapshot_.packages[found->second];
}

std::vector<std::string> Assembly::installed_names() const {
  std::vector<std::string> names;
  names.reserve(installed_.size());
  for (const auto& [id, package] : installed_) names.push_back(listed_name(id));
  return names;
}

void Assembly::add_files(const std::vector<IndexTarget>& targets) {
  for (const auto& target : targets)
    if (files_.try_emplace(target.file.description, snapshot_.files.size()).second)
      snapshot_.files.push_back(target.file);
}

std::size_t Assembly::file_index(const std::string& description) {
  const auto [place, is_unknown] = files_.try_emplace(description, snapshot_.files.size());
  if (is_unknown) {
    snapshot_.files.push_back({description, repository_of(description), {}, {}, {}, {}});
    // It may be a security archive: what it offers can't be told from other updates.
    add_complaints({{true, "apt-get indextargets does not name an index that apt-cache policy uses: " + description}});
  }
  return place->second;
}

Version Assembly::version_of(const PolicyVersion& version) {
  Version one{version.version, {}, version.phased_percentage, false};
  for (const auto& source : version.sources)
    if (!is_status_file(source)) one.files.push_back(file_index(source));
  return one;
}

void Assembly::add_policy(const Policy& policy) {
  add_not_understood(policy.not_understood);
  for (const auto& package : policy.packages) {
    const Key id = key(package.name, package.qualifier);
    const auto installed = installed_.find(id);
    if (installed == installed_.end() || !package.whole()) continue;
    if (package.installed != installed->second.version) {
      add_complaints({{true, fmt::format("dpkg says that {} {} is installed, apt says {}", listed_name(id),
                                         installed->second.version, package.installed)}});
      continue;
    }
    judged_.insert(id);
    add_pending(id, package, installed->second);
    add_kernel(package, installed->second);
  }
}

void Assembly::check_policy() {
  for (const auto& [id, package] : installed_)
    if (!judged_.contains(id))
      add_complaints({{true, "apt-cache policy does not say (all) about the installed package " + listed_name(id)}});
}

/// The table is sorted, newest first. A version above the installed one may have its very text: rebuilt, other
/// contents.
void Assembly::add_pending(const Key& id, const PolicyPackage& policy, const InstalledPackage& installed) {
  Package package;
  package.name = id.first;
  package.arch = installed.arch;
  package.source = installed.source;
  package.source_version = installed.source_version;
  package.installed = installed.version;
  package.candidate = policy.candidate.empty() ? installed.version : policy.candidate;
  package.held = installed.held;
  bool above = true;
  for (const auto& version : policy.versions)
    if (version.phased_percentage) with_phased_version_.insert(id);
  for (const auto& version : policy.versions) {
    if (version.installed || version.version == installed.version) break;
    above = above && version.version != policy.candidate;
    Version one = version_of(version);
    one.above_candidate = above;
    if (version.version == policy.candidate) package.phased_percentage = version.phased_percentage;
    package.newer.push_back(std::move(one));
  }
  if (package.newer.empty()) return;
  pending_[id] = snapshot_.packages.size();
  snapshot_.packages.push_back(std::move(package));
}

void Assembly::add_kernel(const PolicyPackage& policy, const InstalledPackage& installed) {
  auto release = kernel_release(installed.name);
  if (!release) return;
  Kernel kernel{std::move(*release),
                installed.name,
                installed.arch,
                installed.version,
                installed.source,
                installed.source_version,
                {}};
  for (const auto& version : policy.versions)
    if (version.installed) kernel.files = version_of(version).files;
  snapshot_.kernels.push_back(std::move(kernel));
}

std::vector<std::string> Assembly::new_names(const UpgradePlan& plan, const std::string& native) {
  std::vector<std::string> names;
  for (const auto& change : plan.changes)
    if (is_new(change)) names.push_back(change.arch == native ? change.name : change.name + ":" + change.arch);
  return names;
}

void Assembly::add_new_packages(const UpgradePlan& plan, const Policy& policy) {
  add_not_understood(policy.not_understood);
  for (const auto& change : plan.changes) {
    if (!is_new(change)) continue;
    Package package;
    package.name = change.name;
    package.arch = change.version_arch.empty() ? change.arch : change.version_arch;
    package.candidate = change.candidate;
    Version version{change.candidate, {}, std::nullopt, false};
    for (const auto& one : policy.packages)
      for (const auto& offered : one.versions)
        if (key(one.name, one.qualifier) == key(change.name, change.arch) && offered.version == change.candidate)
          version = version_of(offered);
    package.phased_percentage = version.phased_percentage;
    package.newer.push_back(std::move(version));
    pending_[key(change.name, change.arch)] = snapshot_.packages.size();
    snapshot_.packages.push_back(std::move(package));
  }
}

/// What apt wants to change or keep must be what dpkg and policy told us of: else one of them was not heard to the end.
void Assembly::check_plan(const UpgradePlan& plan) {
  for (const auto& change : plan.changes) {
    if (!raises(change)) continue;
    const Package* const package = pending(key(change.name, change.arch));
    if (package == nullptr || package->candidate != change.candidate)
      add_complaints({{true, fmt::format("apt plans to upgrade {} to {}, of which dpkg-query and apt-cache say nothing",
                                         change.name, change.candidate)}});
  }
  for (const auto* const names : {&plan.kept_back, &plan.phased})
    for (const auto& listed : *names)
      if (!judged_.contains(key_of_listed(listed)))
        add_complaints(
            {{true, fmt::format("apt keeps {} back, of which dpkg-query and apt-cache say nothing", listed)}});
}

/// dpkg told of the package that makes apt refuse, and a doubt comes of that: its dependencies need not be broken.
bool Assembly::waits_for_reinstallation(const UpgradePlan& plan) const {
  if (plan.to_reinstall.empty()) return false;
  const Key wanted = key_of_listed(plan.to_reinstall);
  return std::any_of(snapshot_.broken_packages.begin(), snapshot_.broken_packages.end(), [&](const BrokenPackage& one) {
    return Key(one.name, one.arch) == wanted && one.state == "reinst-required";
  });
}

void Assembly::add_plans(const UpgradePlan& dist_upgrade, const UpgradePlan& upgrade) {
  for (const auto* const plan : {&dist_upgrade, &upgrade}) {
    if (!waits_for_reinstallation(*plan)) add_complaints(plan->complaints);
    add_not_understood(plan->not_understood);
    check_plan(*plan);
  }
  snapshot_.resolution = dist_upgrade.answered                    ? ResolutionKind::resolved
                         : waits_for_reinstallation(dist_upgrade) ? ResolutionKind::unknown
                                                                  : ResolutionKind::failed;
  if (dist_upgrade.answered)
    snapshot_.tool += dist_upgrade.by_hook && upgrade.by_hook ? " (JSON hook)" : " (simulation)";
  const auto by_dist_upgrade = upgrades_of(dist_upgrade);
  const auto by_upgrade = upgrades_of(upgrade);
  for (const auto& [id, index] : pending_) {
    Package& package = snapshot_.packages[index];
    if (package.installed.empty()) continue;
    const std::tuple wanted(id.first, id.second, package.candidate);
    if (dist_upgrade.answered) package.resolution.dist_upgrade = by_dist_upgrade.contains(wanted);
    if (upgrade.answered) package.resolution.upgrade = by_upgrade.contains(wanted);
  }
  for (const auto& listed : dist_upgrade.phased)
    if (Package* const package = pending(key_of_listed(listed))) package->phased_by_apt = true;
  snapshot_.subscription_offers = dist_upgrade.subscription_offers;
}

bool Assembly::may_be_phased(const UpgradePlan& dist_upgrade) const {
  if (!dist_upgrade.answered || !dist_upgrade.phased.empty()) return false;
  return std::any_of(pending_.begin(), pending_.end(), [this](const auto& one) {
    const Package& package = snapshot_.packages[one.second];
    return is_upgradable(package) && with_phased_version_.contains(one.first) &&
           !package.resolution.dist_upgrade.value_or(true);
  });
}

void Assembly::add_phased(const UpgradePlan& ignoring_phasing) {
  const auto upgrades = upgrades_of(ignoring_phasing);
  for (const auto& [id, index] : pending_) {
    Package& package = snapshot_.packages[index];
    if (with_phased_version_.contains(id) && !package.resolution.dist_upgrade.value_or(true))
      package.phased_by_apt = upgrades.contains({id.first, id.second, package.candidate});
  }
}

std::vector<std::string> Assembly::candidate_names() const {
  std::vector<std::string> names;
  for (const auto& [id, index] : pending_) names.push_back(listed_name(id) + "=" + snapshot_.packages[index].candidate);
  return names;
}

void Assembly::add_records(const std::vector<PackageRecord>& records) {
  std::map<std::string, const PackageRecord*> by_update;
  for (const auto& entry : pending_) {
    Package& package = snapshot_.packages[entry.second];
    const auto record = std::find_if(records.begin(), records.end(), [&](const PackageRecord& one) {
      return one.name == package.name && one.version == package.candidate && key(one.name, one.arch) == entry.first;
    });
    if (record == records.end()) continue;
    package.arch = record->arch;
    package.source = record->source;
    package.source_version = record->source_version;
    package.size = record->size;
    by_update[package.name + ":" + package.arch] = &*record;
  }
  add_required_by(by_update);
}

void Assembly::add_required_by(const std::map<std::string, const PackageRecord*>& records) {
  for (auto& package : snapshot_.packages) {
    const auto own = records.find(package.name + ":" + package.arch);
    if (!package.installed.empty() || own == records.end()) continue;
    for (const auto& other : snapshot_.packages) {
      const std::string by = other.name + ":" + other.arch;
      const auto record = records.find(by);
      const bool taken = other.installed.empty() || other.resolution.dist_upgrade.value_or(false);
      if (&other == &package || record == records.end() || !taken) continue;
      if (names_any(record->second->depends, *own->second) || names_any(record->second->recommends, *own->second))
        package.required_by.push_back(by);
    }
  }
}

void Assembly::add_complaints(const std::vector<Complaint>& complaints) {
  constexpr std::size_t kMost = 100;
  for (const auto& one : complaints) {
    const bool is_known =
        std::any_of(snapshot_.complaints.begin(), snapshot_.complaints.end(),
                    [&](const Complaint& other) { return other.text == one.text && other.error == one.error; });
    if (!is_known && snapshot_.complaints.size() < kMost) snapshot_.complaints.push_back(one);
  }
}

void Assembly::add_not_understood(const std::vector<std::string>& lines) {
  for (const auto& line : lines)
    if (std::find(snapshot_.not_understood.begin(), snapshot_.not_understood.end(), line) ==
        snapshot_.not_understood.end())
      snapshot_.not_understood.push_back(line);
}

}  // namespace patchstate::apt
