// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_rules.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/zypper/zypper_advisories.h"
#include "collectors/zypper/zypper_metadata_rules.h"

namespace patchstate::zypper {
namespace {

using rpm::Evr;

std::string purl(const Update& update, const Surroundings& around) {
  const auto encoded = [](const std::string& text) {
    std::string out;
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                         c == '-' || c == '_' || c == '~';
      out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
  };
  // purl's rpm type has the epoch as a qualifier.
  Evr evr = rpm::parse_evr(update.version);
  const std::string epoch = evr.epoch.empty() || evr.epoch == "0" ? "" : "&epoch=" + evr.epoch;
  evr.epoch.clear();
  return fmt::format("pkg:rpm/{}/{}@{}?arch={}{}", encoded(around.os_id.empty() ? "suse" : around.os_id),
                     encoded(update.name), encoded(rpm::to_text(evr)), encoded(update.arch), epoch);
}

class Judge {
 public:
  Judge(const Snapshot& snapshot, const Surroundings& around)
      : snapshot_(snapshot), around_(around), advisories_(snapshot) {
    for (const auto& package : snapshot.installed) {
      const auto [place, added] = installed_.try_emplace({package.name, package.arch}, &package);
      if (!added && rpm::compare(place->second->evr, package.evr) < 0) place->second = &package;
    }
    for (const auto& row : snapshot.all_updates) keep_newest(all_, row);
    for (const auto& patch : snapshot.patches) needed_.insert(patch.name);
  }

  std::vector<Update> updates() {
    updates_.reserve(snapshot_.updates.size());
    for (const auto& row : snapshot_.updates) add_offered(row);
    for (const auto& [key, row] : all_) add_not_offered(*row);
    for (const auto& [key, package] : installed_) add_unlisted(*package);
    for (const auto& update : updates_)
      for (const auto& advisory : update.advisories) shown_.insert(advisory.id);
    for (const auto& patch : snapshot_.patches) add_patch(patch);
    add_pending_kernel();
    std::sort(updates_.begin(), updates_.end(),
              [](const Update& one, const Update& other) { return one.patch_id < other.patch_id; });
    return std::move(updates_);
  }

  std::vector<Warning> warnings() { return std::move(warnings_); }

 private:
  static void keep_newest(std::map<PackageKey, const ListedUpdate*>& rows, const ListedUpdate& row) {
    const auto [place, added] = rows.try_emplace({row.name, row.arch}, &row);
    if (!added && rpm::compare(rpm::parse_evr(place->second->edition), rpm::parse_evr(row.edition)) < 0)
      place->second = &row;
  }

  /// Newest of that name and architecture; of any architecture where the update changes it.
  const rpm::InstalledPackage* installed(const std::string& name, const std::string& arch) const {
    if (const auto same = installed_.find({name, arch}); same != installed_.end()) return same->second;
    const rpm::InstalledPackage* best = nullptr;
    for (auto at = installed_.lower_bound({name, ""}); at != installed_.end() && at->first.first == name; ++at)
      if (best == nullptr || rpm::compare(best->evr, at->second->evr) < 0) best = at->second;
    return best;
  }

  /// What is installed in place of the row, by the rpm database; by the row itself where that has no such package.
  Evr installed_version(const ListedUpdate& row) const {
    const auto* const package = installed(row.name, row.arch);
    return package != nullptr ? package->evr : rpm::parse_evr(row.edition_old);
  }

  const FetchedRepository* repository(const std::string& alias) const {
    for (const auto& one : snapshot_.repositories)
      if (one.config.id == alias) return &one;
    return nullptr;
  }

  Update facts(const std::string& name, const std::string& arch, const Evr& version, const Evr& installed) const {
    Update update;
    update.patch_id = name + "." + arch;
    update.name = name;
    update.arch = arch;
    update.version = rpm::to_text(version);
    update.installed_version = installed.version.empty() ? "" : rpm::to_text(installed);
    update.purl = purl(update, around_);
    return update;
  }

  /// Security by the advisories between the two versions, never by the repository alone. Without any: the repository
  /// tells security from other (some of its advisories are about security, and none names this), or nobody does.
  void classify(Update& update, const std::vector<Fix>& fixes) const {
    describe(update, fixes);
    if (!fixes.empty()) return;
    const auto* const from = repository(update.repository);
    const bool tells = from != nullptr && from->tells_security && from->problem.empty();
    update.classifications = {tells ? Classification::other : Classification::unknown};
    update.evidence = tells ? "no advisory of " + update.repository + " names a version above the installed one"
                            : "its repository names no advisory about security, so nobody can tell security from other";
  }

  void add_offered(const ListedUpdate& row) {
    const Evr candidate = rpm::parse_evr(row.edition);
    const Evr old = installed_version(row);
    // Kernels are installed beside each other: an older one is not in need of what is there already.
    if (!old.version.empty() && rpm::compare(candidate, old) <= 0) return;
    offered_[{row.name, row.arch}] = candidate;
    if (advisories_.is_retracted(row.name, row.arch, candidate)) return add_retracted(row, candidate, old);
    Update update = facts(row.name, row.arch, candidate, old);
    update.repository = row.repository;
    if (!row.replaces.empty()) update.state_reason = masked("replaces " + row.replaces, 500);
    classify(update, advisories_.between(row.name, row.arch, old, candidate));
    updates_.push_back(std::move(update));
  }

  /// The vendor took the newest version back: what is left is the newest below it.
  void add_retracted(const ListedUpdate& row, const Evr& candidate, const Evr& old) {
    const auto fixes = advisories_.between(row.name, row.arch, old, candidate);
    Update update = facts(row.name, row.arch, fixes.empty() ? candidate : fixes.back().package->version, old);
    update.repository = row.repository;
    if (fixes.empty()) {
      update.state = UpdateState::excluded;
      update.state_reason = fmt::format("{} was retracted by its vendor", rpm::to_text(candidate));
      std::vector<Fix> retracted;
      for (const auto& fix : advisories_.of(row.name, row.arch))
        if (rpm::compare(fix.package->version, candidate) == 0) retracted.push_back(fix);
      classify(update, retracted);
    } else {
      update.state_reason = fmt::format("the newer {} was retracted by its vendor", rpm::to_text(candidate));
      classify(update, fixes);
    }
    updates_.push_back(std::move(update));
  }

  bool is_offered(const std::string& name, const std::string& arch, const Evr& version) const {
    const auto found = offered_.find({name, arch});
    return found != offered_.end() && rpm::compare(version, found->second) <= 0;
  }

  /// `zypper list-updates --all` names it, `zypper list-updates` does not.
  void add_not_offered(const ListedUpdate& row) {
    const Evr candidate = rpm::parse_evr(row.edition);
    const Evr old = installed_version(row);
    if (is_offered(row.name, row.arch, candidate)) return;
    if (!old.version.empty() && rpm::compare(candidate, old) <= 0) return;
    add_hidden(row.name, row.arch, candidate, old, row.repository);
  }

  /// An advisory has a version above everything zypper lists for an installed package: silence would hide it.
  void add_unlisted(const rpm::InstalledPackage& package) {
    const PackageKey key{package.name, package.arch};
    const Fix* newest = nullptr;
    for (const auto& fix : advisories_.of(package.name, package.arch))
      if (!fix.is_retracted() && rpm::compare(package.evr, fix.package->version) < 0) newest = &fix;
    if (newest == nullptr || is_offered(package.name, package.arch, newest->package->version)) return;
    const auto listed = all_.find(key);
    if (listed != all_.end() && rpm::compare(newest->package->version, rpm::parse_evr(listed->second->edition)) <= 0)
      return;  // add_not_offered has it
    add_hidden(package.name, package.arch, newest->package->version, package.evr, newest->repository->config.id);
  }

  void add_hidden(const std::string& name, const std::string& arch, const Evr& version, const Evr& old,
                  const std::string& from) {
    const auto offered = offered_.find({name, arch});
    Update update = facts(name, arch, version, old);
    update.repository = from;
    if (offered != offered_.end()) update.patch_id += "=" + update.version;
    classify(update, advisories_.between(name, arch, offered == offered_.end() ? old : offered->second, version));
    decide_state(update, version);
    updates_.push_back(std::move(update));
  }

  /// In any architecture: zypper lists one of a package that is installed in two, and can update neither.
  static bool is_listed(const std::map<PackageKey, const ListedUpdate*>& rows, const Update& update,
                        const Evr& version) {
    for (auto at = rows.lower_bound({update.name, ""}); at != rows.end() && at->first.first == update.name; ++at)
      if (rpm::compare(version, rpm::parse_evr(at->second->edition)) <= 0) return true;
    return false;
  }

  /// zypper takes nothing from a repository while one of better priority has the package at all.
  bool is_outranked(const Update& update) const {
    const auto* const from = repository(update.repository);
    const auto priority = [](const FetchedRepository& one) { return one.config.priority.value_or(99); };
    return from != nullptr && std::any_of(snapshot_.repositories.begin(), snapshot_.repositories.end(),
                                          [&](const auto& other) { return priority(other) < priority(*from); });
  }

  /// zypper calls a patch needed that it can't install, and not needed one whose packages another vendor made.
  bool is_of_other_vendor(const Update& update) const {
    return !update.advisories.empty() && std::none_of(update.advisories.begin(), update.advisories.end(),
                                                      [&](const Advisory& one) { return needed_.contains(one.id); });
  }

  void decide_state(Update& update, const Evr& version) {
    const auto* const package = installed(update.name, update.arch);
    const auto lock = std::find_if(snapshot_.locks.begin(), snapshot_.locks.end(),
                                   [&](const Lock& one) { return matches(one, update.name); });
    if (lock != snapshot_.locks.end()) {
      update.state = UpdateState::held;
      update.state_reason = masked("locked (`zypper removelock " + lock->name + "` releases it)", 300);
    } else if (package != nullptr && is_ptf(package->evr)) {
      update.state = UpdateState::held;
      update.state_reason = "a program temporary fix (PTF) is installed in its place";
    } else if (is_outranked(update)) {
      update.state = UpdateState::blocked_by_pin;
      update.state_reason =
          "repositories of better priority than " + update.repository + " come first: see `zypper repos --priority`";
    } else if (!is_listed(all_, update, version)) {
      exclude_unlisted(update);
    } else if (is_of_other_vendor(update)) {
      update.state = UpdateState::blocked_by_pin;
      update.state_reason = fmt::format(
          "it comes from another vendor than the installed one ({}): `zypper install --allow-vendor-change "
          "{}` would take it",
          package == nullptr || package->vendor.empty() ? "none" : package->vendor, update.name);
    } else {
      update.state = UpdateState::kept_back;
      update.state_reason =
          "zypper can't install it with what is there: see `zypper install --dry-run " + update.name + "`";
    }
  }

  /// Not even `--all` lists it: zypper and its own metadata contradict each other, which must not read as "nothing
  /// pending".
  void exclude_unlisted(Update& update) {
    update.state = UpdateState::excluded;
    update.state_reason = "an advisory of " + update.repository + " names it, and zypper does not list it";
    warnings_.push_back(
        {"advisory_without_package",
         fmt::format("{} of {} is newer than what is installed by an advisory of {}, but zypper does not list it, not "
                     "even with --all. Run `zypper refresh`",
                     update.version, update.name, update.repository),
         update.name, true});
  }

  /// To zypper a patch stays needed while an older kernel is installed beside the one it brings: there is nothing left
  /// to install.
  bool is_in_force(const rpm::RpmAdvisory& advisory) const {
    bool is_any_there = false;
    for (const auto& package : advisory.packages) {
      const auto there = installed_.find({package.name, package.arch});
      if (there == installed_.end()) continue;
      if (rpm::compare(there->second->evr, package.version) < 0) return false;
      is_any_there = true;
    }
    return is_any_there;
  }

  /// A needed patch is there in the packages it brings. One that brings none we know of stands for itself.
  void add_patch(const ListedUpdate& patch) {
    if (patch.status == "applied" || patch.status == "not-needed" || patch.status == "retracted") return;
    const auto* const advisory = advisories_.of_patch(patch);
    if (advisory != nullptr && (shown_.contains(advisory->id) || is_in_force(*advisory))) return;
    Update update;
    update.patch_id = "patch:" + patch.name + "-" + patch.edition;
    update.name = patch.name;
    update.version = patch.edition;
    update.arch = patch.arch;
    update.repository = patch.repository;
    update.published = patch.issued;
    update.classifications = {rpm::classification_of(patch.category)};
    update.severity = rpm::severity_of(patch.severity);
    update.vendor_severity = patch.severity;
    if (patch.reboot_suggested) update.reboot_behavior = RebootBehavior::always_requires_reboot;
    update.advisories = {{patch.name, update.classifications.front(), update.severity, patch.issued, {}}};
    if (advisory != nullptr) update.cves = advisory->cves;
    for (const auto& issue : patch.issues)
      if (issue.type == "cve" && advisory == nullptr) update.cves.push_back(issue.id);
    update.evidence = "zypper lists the patch as needed; which packages it brings is not known";
    updates_.push_back(std::move(update));
  }

  void add_pending_kernel();

  const Snapshot& snapshot_;
  const Surroundings& around_;
  Advisories advisories_;
  std::map<PackageKey, const rpm::InstalledPackage*> installed_;  ///< newest of each
  std::map<PackageKey, const ListedUpdate*> all_;
  std::unordered_set<std::string> needed_;  ///< patches, by name
  std::unordered_set<std::string> shown_;   ///< advisories of the packages' updates, by id
  std::map<PackageKey, Evr> offered_;
  std::vector<Update> updates_;
  std::vector<Warning> warnings_;
};

/// "5.14.21-150500.55.19-default" is kernel-default 5.14.21-150500.55.19.1: a rebuild counts on behind the release, and
/// in kernel-default-base, which comes in its place, a number of its own.
bool runs(const rpm::InstalledPackage& kernel, const std::string& release) {
  const std::string version = kernel.evr.version + "-" + kernel.evr.release;
  return version == release || version.starts_with(release + ".");
}

/// The newest kernel is installed and another one runs: that update is not in force yet (edge-51).
void Judge::add_pending_kernel() {
  const auto dash = around_.kernel_running.rfind('-');
  if (dash == std::string::npos) return;
  const std::string name = "kernel-" + around_.kernel_running.substr(dash + 1);
  const std::string release = around_.kernel_running.substr(0, dash);
  const rpm::InstalledPackage* running = nullptr;
  for (const auto& package : snapshot_.installed)
    if ((package.name == name || package.name == name + "-base") && runs(package, release) &&
        (running == nullptr || rpm::compare(running->evr, package.evr) < 0))
      running = &package;
  if (running == nullptr) return;
  const auto newest = installed_.find({running->name, running->arch});
  if (newest == installed_.end() || rpm::compare(running->evr, newest->second->evr) >= 0) return;
  Update update = facts(running->name, running->arch, newest->second->evr, running->evr);
  update.patch_id += "=" + update.version;
  describe(update, advisories_.between(running->name, running->arch, running->evr, newest->second->evr));
  if (!is_security(update)) {
    update.classifications = {Classification::unknown};
    update.evidence = "no advisory tells whether the versions since the running kernel carry security fixes";
  }
  update.reboot_behavior = RebootBehavior::always_requires_reboot;
  update.state = UpdateState::installed_pending_reboot;
  update.state_reason = fmt::format("installed, but {} is still running: reboot", around_.kernel_running);
  updates_.push_back(std::move(update));
}

}  // namespace

bool is_ptf(const Evr& version) {
  const auto says = [&](std::string_view word) { return version.release.find(word) != std::string::npos; };
  return says(".PTF.") || says(".ptf.");
}

bool is_something_hidden(const Snapshot& snapshot) {
  const auto tells_all = [](const FetchedRepository& one) { return one.has_updateinfo && one.problem.empty(); };
  if (!snapshot.locks.empty() || !std::all_of(snapshot.repositories.begin(), snapshot.repositories.end(), tells_all))
    return true;
  std::unordered_map<PackageKey, Evr, PackageKeyHash> newest;
  const auto keep = [&](const std::string& name, const std::string& arch, const Evr& version) {
    const auto [place, added] = newest.try_emplace({name, arch}, version);
    if (!added && rpm::compare(place->second, version) < 0) place->second = version;
  };
  for (const auto& package : snapshot.installed) keep(package.name, package.arch, package.evr);
  for (const auto& row : snapshot.updates) keep(row.name, row.arch, rpm::parse_evr(row.edition));
  const auto is_above = [&](const rpm::AdvisoryPackage& package) {
    const auto there = newest.find({package.name, package.arch});
    return there != newest.end() && rpm::compare(there->second, package.version) < 0;
  };
  return std::any_of(snapshot.repositories.begin(), snapshot.repositories.end(), [&](const FetchedRepository& one) {
    return std::any_of(one.advisories.begin(), one.advisories.end(), [&](const rpm::RpmAdvisory& advisory) {
      return advisory.status != "retracted" &&
             std::any_of(advisory.packages.begin(), advisory.packages.end(), is_above);
    });
  });
}

Findings judge(const Snapshot& snapshot, const Surroundings& surroundings) {
  Findings findings;
  findings.tool = snapshot.tool;
  findings.tool_version = snapshot.tool_version;
  Judge judge(snapshot, surroundings);
  findings.updates = judge.updates();
  findings.metadata = judge_metadata(snapshot, surroundings);
  for (const auto& update : findings.updates) {
    if (!is_pending(update) || !is_unclassified(update)) continue;
    auto& list = findings.metadata.missing_advisory_data;
    if (std::find(list.begin(), list.end(), update.repository) == list.end()) list.push_back(update.repository);
  }
  findings.warnings = judge_health(snapshot, surroundings);
  for (auto& warning : judge.warnings()) findings.warnings.push_back(std::move(warning));
  return findings;
}

}  // namespace patchstate::zypper
