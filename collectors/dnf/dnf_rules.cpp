// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/dnf/dnf_kernels.h"
#include "collectors/dnf/dnf_metadata_rules.h"
#include "collectors/dnf/dnf_purl.h"

namespace patchstate::dnf {
namespace {

/// A package may be replaced by one of its architecture; `noarch` comes in place of any, and any in place of it.
bool replaceable(std::string_view one, std::string_view other) {
  return one == other || one == "noarch" || other == "noarch";
}

bool is_same_package(const rpm::Nevra& one, const rpm::Nevra& other) {
  return one.name == other.name && one.arch == other.arch && rpm::compare(one.evr, other.evr) == 0;
}

bool contains(const std::vector<rpm::Nevra>& all, const rpm::Nevra& package) {
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return is_same_package(one, package); });
}

/// One row of an advisory: this version of the package carries the fix.
struct Fix {
  const rpm::RpmAdvisory* advisory;
  const rpm::AdvisoryPackage* package;
};

class Judge {
 public:
  Judge(const Snapshot& snapshot, const Surroundings& around) : snapshot_(snapshot), around_(around) {
    for (const auto& one : snapshot.installed) installed_[one.name].push_back(&one);
    for (const auto& advisory : snapshot.advisories)
      for (const auto& package : advisory.packages) fixes_[package.name].push_back({&advisory, &package});
    for (const auto& module : snapshot.modules) modules_[rpm::to_text(module.package)] = &module.module;
    if (snapshot.plan)
      for (const auto& one : snapshot.plan->installs) planned_[one.name].push_back(&one);
  }

  std::vector<Update> updates() {
    for (const auto& candidate : merged()) add(candidate);
    add_pending_kernels();
    std::sort(updates_.begin(), updates_.end(),
              [](const Update& a, const Update& b) { return a.patch_id < b.patch_id; });
    return std::move(updates_);
  }

 private:
  /// A package can be an upgrade and replace others too; of several versions of one package (older tools list all) the
  /// newest is the candidate (edge-39, edge-87), and what is held stays apart.
  std::vector<Candidate> merged() const {
    std::map<std::pair<std::string, bool>, Candidate> newest;
    for (const auto& one : snapshot_.candidates) {
      const auto [at, fresh] = newest.try_emplace({one.package.name + "." + one.package.arch, one.held}, one);
      if (fresh) continue;
      Candidate& known = at->second;
      std::vector<rpm::Nevra> replaces = known.replaces;
      for (const auto& each : one.replaces)
        if (!contains(replaces, each)) replaces.push_back(each);
      if (rpm::compare(known.package.evr, one.package.evr) < 0) known = one;
      known.replaces = std::move(replaces);
    }
    std::vector<Candidate> all;
    for (auto& [key, candidate] : newest) all.push_back(std::move(candidate));
    return all;
  }

  /// The installed package that this one upgrades: of its own architecture before any other, the newest of several.
  const rpm::Nevra* upgraded_by(const rpm::Nevra& package) const {
    const auto named = installed_.find(package.name);
    if (named == installed_.end()) return nullptr;
    const rpm::Nevra* best = nullptr;
    const auto rank = [&](const rpm::Nevra& one) { return one.arch == package.arch ? 1 : 0; };
    for (const auto* one : named->second) {
      if (!replaceable(one->arch, package.arch)) continue;
      if (best == nullptr || rank(*one) > rank(*best) ||
          (rank(*one) == rank(*best) && rpm::compare(one->evr, best->evr) > 0))
        best = one;
    }
    return best;
  }

  /// Advisories whose version is above `installed` (nullptr: any) and at most the package's: all that it brings.
  std::vector<const rpm::RpmAdvisory*> advisories_of(const rpm::Nevra& package, const rpm::Evr* installed) const {
    std::vector<const rpm::RpmAdvisory*> all;
    const auto named = fixes_.find(package.name);
    if (named == fixes_.end()) return all;
    for (const auto& fix : named->second) {
      if (!replaceable(fix.package->arch, package.arch)) continue;
      if (rpm::compare(fix.package->version, package.evr) > 0) continue;
      if (installed != nullptr && rpm::compare(fix.package->version, *installed) <= 0) continue;
      if (std::find(all.begin(), all.end(), fix.advisory) == all.end()) all.push_back(fix.advisory);
    }
    std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    return all;
  }

  bool tells_security(const std::string& repository) const {
    return std::any_of(snapshot_.repositories.begin(), snapshot_.repositories.end(),
                       [&](const Repository& one) { return one.id == repository && one.advisories.value_or(false); });
  }

  bool every_repository_tells_security() const {
    const auto& all = snapshot_.repositories;
    return !all.empty() &&
           std::all_of(all.begin(), all.end(), [](const Repository& one) { return one.advisories.value_or(false); });
  }

  static void add_advisory(const rpm::RpmAdvisory& advisory, Update& update) {
    Advisory one;
    one.id = advisory.id;
    one.type = rpm::classification_of(advisory.type);
    one.severity = rpm::severity_of(advisory.severity);
    one.issued = advisory.issued;
    one.url = advisory.url;
    if (std::find(update.classifications.begin(), update.classifications.end(), one.type) ==
        update.classifications.end())
      update.classifications.push_back(one.type);
    for (const auto& cve : advisory.cves)
      if (std::find(update.cves.begin(), update.cves.end(), cve) == update.cves.end()) update.cves.push_back(cve);
    if (advisory.issued && (!update.published || *update.published < *advisory.issued))
      update.published = advisory.issued;
    update.advisories.push_back(std::move(one));
  }

  /// The highest severity; where one advisory is about security only those count, because a severity of another kind
  /// says nothing about the danger.
  static void set_severity(const std::vector<const rpm::RpmAdvisory*>& all, Update& update) {
    const bool secure = is_security(update);
    for (const auto* advisory : all) {
      if (secure && rpm::classification_of(advisory->type) != Classification::security) continue;
      const Severity severity = rpm::severity_of(advisory->severity);
      if (severity < update.severity || (severity == update.severity && !update.vendor_severity.empty())) continue;
      update.severity = severity;
      update.vendor_severity = advisory->severity;
    }
  }

  /// No word at all, or one of its own with CVEs. Without them a word of its own that isn't "security" is none that
  /// matters, in a repository that knows that one.
  static bool may_be_security(const rpm::RpmAdvisory& advisory) {
    return rpm::classification_of(advisory.type) == Classification::unknown &&
           (advisory.type.empty() || !advisory.cves.empty());
  }

  void classify(const std::vector<const rpm::RpmAdvisory*>& all, bool repository_tells, Update& update) const {
    for (const auto* advisory : all) add_advisory(*advisory, update);
    std::sort(update.classifications.begin(), update.classifications.end());
    const bool is_doubtful = !is_security(update) && std::any_of(all.begin(), all.end(), [](const auto* advisory) {
      return may_be_security(*advisory);
    });
    // Beside an advisory that says what the update is, one with a word of its own takes nothing away.
    if (update.classifications.size() > 1) std::erase(update.classifications, Classification::unknown);
    if (is_doubtful) update.classifications = {Classification::unknown};
    set_severity(all, update);
    if (!all.empty()) {
      for (const auto* advisory : all)
        update.evidence += (update.evidence.empty() ? "" : ", ") + advisory->id +
                           (advisory->type.empty() ? "" : " (" + advisory->type + ")");
      if (is_unclassified(update) && !is_doubtful) update.classifications = {Classification::other};
    } else if (repository_tells) {
      update.classifications = {Classification::other};
      update.evidence = fmt::format("no advisory of {} names it", update.repository);
    } else {
      update.classifications = {Classification::unknown};
      update.evidence = fmt::format("{} names no advisory about security, so nobody can tell security from other",
                                    update.repository.empty() ? "its repository" : update.repository);
    }
  }

  Update facts(const Candidate& candidate, const rpm::Evr* installed) const {
    const rpm::Nevra& package = candidate.package;
    Update update;
    update.patch_id = package.name + "." + package.arch;
    update.name = package.name;
    update.arch = package.arch;
    update.version = rpm::to_text(package.evr);
    if (installed != nullptr) update.installed_version = rpm::to_text(*installed);
    update.repository = masked(candidate.repository);
    update.origin = candidate.vendor;
    update.size_bytes = candidate.size;
    set_source(candidate.source, update);
    update.purl = purl(package, around_.os_id);
    const auto brought = advisories_of(package, installed);
    classify(brought, tells_security(candidate.repository), update);
    if (!update.published) update.published = candidate.built;
    const bool reboots =
        std::any_of(brought.begin(), brought.end(), [](const auto* one) { return one->reboot_suggested; });
    if (reboots || kernel_image(package.name) != nullptr)
      update.reboot_behavior = RebootBehavior::always_requires_reboot;
    if (const auto module = modules_.find(rpm::to_text(package)); module != modules_.end())
      update.evidence += " [module " + *module->second + "]";
    return update;
  }

  /// "bash-5.1-2.src.rpm": the name and version of the source package.
  static void set_source(const std::string& file, Update& update) {
    const auto source = rpm::parse_nevra(file);
    if (!source) return;
    update.source_package = source->name;
    update.source_version = rpm::to_text(source->evr);
  }

  void add(const Candidate& candidate) {
    const rpm::Nevra* const installed = upgraded_by(candidate.package);
    if (installed != nullptr && candidate.replaces.empty() &&
        rpm::compare(installed->evr, candidate.package.evr) >= 0 && installed->arch == candidate.package.arch)
      return;  // a tool listed what is there already
    Update update = facts(candidate, installed == nullptr ? nullptr : &installed->evr);
    if (installed == nullptr && !candidate.replaces.empty())
      update.state_reason = "replaces " + list_of(candidate.replaces);
    decide_state(candidate, installed, update);
    if (candidate.held) update.patch_id += "=" + update.version;
    updates_.push_back(std::move(update));
  }

  static std::string list_of(const std::vector<rpm::Nevra>& packages) {
    std::string text;
    for (const auto& one : packages) text += (text.empty() ? "" : ", ") + rpm::to_text(one);
    return text;
  }

  void decide_state(const Candidate& candidate, const rpm::Nevra* installed, Update& update) {
    if (candidate.held) {
      update.state = UpdateState::held;
      update.state_reason = candidate.held_by.empty() ? "held by a version lock (see `dnf versionlock list`)"
                                                      : "hidden by this machine's configuration: " + candidate.held_by;
      return;
    }
    if (!snapshot_.plan || contains(snapshot_.plan->installs, candidate.package)) return;
    if (installed != nullptr && contains(snapshot_.plan->removes, *installed)) {
      update.state = UpdateState::superseded;
      update.state_reason = "a full upgrade replaces the package by one of another name";
      return;
    }
    update.state = UpdateState::kept_back;
    update.state_reason = "a full upgrade can't install it: " + problem_of(candidate.package);
    add_planned_instead(candidate, installed, update);
  }

  std::string problem_of(const rpm::Nevra& package) const {
    for (const auto& problem : snapshot_.plan->problems)
      if (problem.find(package.name + "-") != std::string::npos) return masked(problem, 500);
    return fmt::format("see `{} upgrade --assumeno {}`", snapshot_.tool, package.name);
  }

  /// What the upgrade takes in place of a newest version that can't be installed: an older one, but an update.
  void add_planned_instead(const Candidate& candidate, const rpm::Nevra* installed, Update& kept_back) {
    const auto planned = planned_.find(candidate.package.name);
    if (planned == planned_.end() || installed == nullptr) return;
    for (const auto* one : planned->second) {
      if (one->arch != candidate.package.arch || rpm::compare(one->evr, installed->evr) <= 0) continue;
      Candidate instead = candidate;
      instead.package = *one;
      instead.size.reset();
      instead.built.reset();
      updates_.push_back(facts(instead, &installed->evr));
      kept_back.patch_id += "=" + kept_back.version;
      return;
    }
  }

  /// Of several that have its version the one that has its flavour, too. nullptr: none is installed, or nothing runs.
  const Kernel* running_kernel() const {
    const Kernel* best = nullptr;
    int best_fit = 0;
    for (const auto& one : snapshot_.kernels) {
      const int fit = one.release.empty() ? fits_release(one.package, around_.kernel_running)
                                          : (one.release == around_.kernel_running ? 3 : 0);
      if (fit <= best_fit) continue;
      best = &one;
      best_fit = fit;
    }
    return best;
  }

  /// The newest kernel is installed and another one runs: that update is not in force yet (edge-51).
  void add_pending_kernels() {
    const Kernel* const running = running_kernel();
    if (running == nullptr) return;
    const Kernel* newest = running;
    for (const auto& one : snapshot_.kernels)
      if (one.package.name == running->package.name && one.package.arch == running->package.arch &&
          rpm::compare(one.package.evr, newest->package.evr) > 0)
        newest = &one;
    if (newest == running) return;
    Candidate kernel;
    kernel.package = newest->package;
    Update update = facts(kernel, &running->package.evr);
    if (update.advisories.empty() && every_repository_tells_security()) {
      update.classifications = {Classification::other};
      update.evidence = "no advisory names a version since the running one";
    }
    update.installed_version = update.version;
    update.patch_id += "=" + update.version;
    update.reboot_behavior = RebootBehavior::always_requires_reboot;
    update.state = UpdateState::installed_pending_reboot;
    update.state_reason = fmt::format("installed, but {} is still running: reboot", around_.kernel_running);
    updates_.push_back(std::move(update));
  }

  const Snapshot& snapshot_;
  const Surroundings& around_;
  std::unordered_map<std::string, std::vector<const rpm::Nevra*>> installed_;
  std::unordered_map<std::string, std::vector<Fix>> fixes_;
  std::unordered_map<std::string, std::vector<const rpm::Nevra*>> planned_;
  std::unordered_map<std::string, const std::string*> modules_;
  std::vector<Update> updates_;
};

}  // namespace

Findings judge(const Snapshot& snapshot, const Surroundings& surroundings) {
  Findings findings;
  findings.tool = snapshot.answered_by.empty() ? snapshot.tool : snapshot.answered_by;
  findings.tool_version = snapshot.tool_version;
  findings.updates = Judge(snapshot, surroundings).updates();
  findings.metadata = judge_metadata(snapshot);
  for (const auto& update : findings.updates) {
    if (!is_pending(update) || !is_unclassified(update) || update.repository.empty()) continue;
    auto& list = findings.metadata.missing_advisory_data;
    if (std::find(list.begin(), list.end(), update.repository) == list.end()) list.push_back(update.repository);
  }
  findings.warnings = judge_health(snapshot);
  // "9" is what would be taken anyway, "latest" is Amazon's word for no pin; a minor release ends where the next
  // begins.
  if (surroundings.pinned_release.find('.') != std::string::npos)
    findings.warnings.push_back(
        {"release_pinned",
         masked(fmt::format("{} is pinned to release {} (vars/releasever in /etc/dnf or /etc/yum): what is published "
                            "for later releases alone is not known",
                            snapshot.tool, surroundings.pinned_release),
                300),
         "releasever", false});
  return findings;
}

}  // namespace patchstate::dnf
