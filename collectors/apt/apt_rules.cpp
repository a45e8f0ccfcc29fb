// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_rules.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/apt/apt_metadata_rules.h"
#include "collectors/reboot/kernel_release.h"

namespace patchstate::apt {
namespace {

/// Who publishes it, in the word people search for: Debian-Security is a label, UbuntuESM an origin.
std::string publisher(const PackageFile& file) {
  return file.label.empty() || needs_subscription(file) ? file.origin : file.label;
}

std::string purl(const Update& update, const Surroundings& around) {
  const auto encoded = [](const std::string& text) {
    std::string out;
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                         c == '-' || c == '_' || c == '~' || c == ':';
      out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
  };
  const std::string vendor = around.os_id.empty() ? "debian" : around.os_id;
  return fmt::format("pkg:deb/{}/{}@{}?arch={}", encoded(vendor), encoded(update.name), encoded(update.version),
                     encoded(update.arch));
}

/// Rules for one snapshot; holds what they share.
class Judge {
 public:
  Judge(const Snapshot& snapshot, const Surroundings& around)
      : snapshot_(snapshot), around_(around), classifiable_(families_with_security_archive(snapshot, around)) {}

  std::vector<Update> updates() {
    for (const auto& package : snapshot_.packages) {
      if (package.installed.empty()) {
        add_new_package(package);
      } else {
        add_candidate(package);
        add_hidden(package);
      }
    }
    inherit_security();
    add_pending_kernel();
    for (const auto& offer : snapshot_.subscription_offers) add_offer(offer);
    // libapt's own order is that of a hash table: sort, so that equal answers are equal texts.
    std::sort(updates_.begin(), updates_.end(),
              [](const Update& a, const Update& b) { return a.patch_id < b.patch_id; });
    return std::move(updates_);
  }

 private:
  const PackageFile* security_file(const Version& version) const {
    for (const auto index : version.files)
      if (is_security_archive(snapshot_.files[index])) return &snapshot_.files[index];
    return nullptr;
  }

  /// Newest version up to the candidate that a security archive offers: the candidate itself may come from another
  /// pocket that superseded it (edge-123), which doesn't make it less of a security update.
  void classify(const Package& package, Update& update) const {
    for (const auto& version : package.newer) {
      const PackageFile* const file = version.above_candidate ? nullptr : security_file(version);
      if (file == nullptr) continue;
      update.classifications = {Classification::security};
      update.evidence = fmt::format("{} is in {}", version.version, file->repository);
      return;
    }
    const auto candidate = std::find_if(package.newer.begin(), package.newer.end(),
                                        [&](const Version& one) { return one.version == package.candidate; });
    if (candidate != package.newer.end())
      for (const auto index : candidate->files)
        if (const auto& file = snapshot_.files[index]; classifiable_.contains(archive_family(file))) {
          update.classifications = {Classification::other};
          update.evidence = fmt::format("no version above {} is in the security archive of {}",
                                        package.installed.empty() ? "it" : package.installed, file.origin);
          return;
        }
    update.classifications = {Classification::unknown};
    update.evidence = "its repository has no security archive of its own, so nobody can tell security from other";
  }

  Update facts(const Package& package, const std::string& version) const {
    Update update;
    update.patch_id = package.name + ":" + package.arch;
    update.name = package.name;
    update.arch = package.arch;
    update.version = version;
    update.installed_version = package.installed;
    update.source_package = package.source;
    update.source_version = package.source_version;
    update.size_bytes = package.size;
    update.purl = purl(update, around_);
    if (package.name.starts_with("linux-image-")) update.reboot_behavior = RebootBehavior::always_requires_reboot;
    for (const auto& one : package.newer)
      if (one.version == version) set_repository(one.files, update);
    return update;
  }

  void set_repository(const std::vector<std::size_t>& files, Update& update) const {
    if (files.empty()) return;
    const auto best = std::find_if(files.begin(), files.end(),
                                   [&](std::size_t index) { return is_security_archive(snapshot_.files[index]); });
    const PackageFile& file = snapshot_.files[best == files.end() ? files.front() : *best];
    update.repository = masked(file.repository);
    update.origin = publisher(file);
  }

  void add_candidate(const Package& package) {
    const bool upgrades = std::any_of(package.newer.begin(), package.newer.end(),
                                      [](const Version& one) { return !one.above_candidate; });
    if (!upgrades) return;
    Update update = facts(package, package.candidate);
    classify(package, update);
    decide_state(package, update);
    updates_.push_back(std::move(update));
  }

  void decide_state(const Package& package, Update& update) const {
    if (package.held) {
      update.state = UpdateState::held;
      update.state_reason = "on hold (`apt-mark unhold " + package.name + "` releases it)";
    } else if (package.phased_by_apt) {
      update.state = UpdateState::phased;
      update.state_reason =
          package.phased_percentage
              ? fmt::format("phased to {} % of machines, this one is not in yet", *package.phased_percentage)
              : "being phased, this machine is not in yet";
    } else if (!package.resolution.dist_upgrade.value_or(true)) {
      update.state = UpdateState::kept_back;
      update.state_reason = "apt can't install it with what is there: see `apt-get -s install " + package.name + "`";
    } else if (!package.resolution.upgrade.value_or(true)) {
      update.state = UpdateState::kept_back;
      update.state_reason =
          "needs packages to be added or removed: `apt-get upgrade` keeps it back, `apt-get dist-upgrade` installs it";
    }
  }

  void add_new_package(const Package& package) {
    Update update = facts(package, package.candidate);
    classify(package, update);
    std::string by;
    for (const auto& one : package.required_by) by += (by.empty() ? "" : ", ") + one;
    update.state_reason = by.empty() ? "new package that dist-upgrade installs" : "new package, needed by " + by;
    updates_.push_back(std::move(update));
  }

  /// A security version above what policy chose: hidden by a pin, by phasing (apt before 2.5.1 phases by pin), or
  /// offered to subscribers only.
  void add_hidden(const Package& package) {
    for (const auto& version : package.newer) {
      const PackageFile* const file = version.above_candidate ? security_file(version) : nullptr;
      if (file == nullptr) continue;
      Update update = facts(package, version.version);
      update.patch_id += "=" + version.version;
      update.classifications = {Classification::security};
      update.evidence = fmt::format("{} is in {}", version.version, file->repository);
      if (needs_subscription(*file)) {
        update.state = UpdateState::needs_subscription;
        update.state_reason = "offered by Ubuntu Pro (" + file->origin + "), which is not enabled on this machine";
      } else if (version.phased_percentage.value_or(100) < 100) {
        update.state = UpdateState::phased;
        update.state_reason =
            fmt::format("phased to {} % of machines, this one is not in yet", *version.phased_percentage);
      } else {
        update.state = UpdateState::blocked_by_pin;
        update.state_reason = fmt::format("a pin makes apt prefer {}: see `apt-cache policy {}`",
                                          package.candidate.empty() ? "none" : package.candidate, package.name);
      }
      updates_.push_back(std::move(update));
      return;
    }
  }

  /// What a security update can't be installed without is part of that security update (docs/decisions/0005).
  void inherit_security() {
    const auto is_secure = [&](const std::string& id) {
      return std::any_of(updates_.begin(), updates_.end(), [&](const Update& one) {
        return one.patch_id == id && is_security(one) && one.state != UpdateState::held;
      });
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& package : snapshot_.packages) {
        if (!package.installed.empty()) continue;
        const auto by = std::find_if(package.required_by.begin(), package.required_by.end(), is_secure);
        const auto own = std::find_if(updates_.begin(), updates_.end(), [&](const Update& one) {
          return one.installed_version.empty() && one.patch_id == package.name + ":" + package.arch;
        });
        if (by == package.required_by.end() || own == updates_.end() || is_security(*own)) continue;
        own->classifications = {Classification::security};
        own->evidence = "the security update of " + *by + " needs it";
        changed = true;
      }
    }
  }

  /// Debian's kernels say which package version they were built as: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.124-1
  /// (2025-01-12)". A rebuild under the same release replaces the file, not what runs.
  bool runs_another_build(const Kernel& kernel) const {
    constexpr std::string_view kMark = " Debian ";
    const auto at = around_.kernel_build.find(kMark);
    if (at == std::string::npos) return false;
    const auto rest = around_.kernel_build.substr(at + kMark.size());
    const auto end = rest.find(' ');
    if (end == std::string::npos) return !kernel.version.starts_with(rest);  // the kernel cuts the text at 64 bytes
    return rest.substr(0, end) != kernel.version;
  }

  /// The newest kernel is installed and another one runs: that update is not in force yet (edge-51).
  void add_pending_kernel() {
    if (around_.kernel_running.empty()) return;
    std::vector<std::string> releases{around_.kernel_running};
    for (const auto& kernel : snapshot_.kernels)
      if (same_kernel_flavour(kernel.release, around_.kernel_running)) releases.push_back(kernel.release);
    const std::string newest = newest_kernel(releases);
    for (const auto& kernel : snapshot_.kernels)
      if (kernel.release == newest && (newest != around_.kernel_running || runs_another_build(kernel)))
        return add_kernel(kernel);
  }

  void add_kernel(const Kernel& kernel) {
    Package package;
    package.name = kernel.package;
    package.arch = kernel.arch;
    package.source = kernel.source;
    package.source_version = kernel.source_version;
    package.installed = package.candidate = kernel.version;
    package.newer = {{kernel.version, kernel.files, std::nullopt, false}};
    Update update = facts(package, kernel.version);
    update.patch_id += "=" + kernel.version;
    classify(package, update);
    if (!is_security(update)) {
      update.classifications = {Classification::unknown};
      update.evidence = "no archive tells whether the versions since the running kernel carry security fixes";
    }
    update.state = UpdateState::installed_pending_reboot;
    update.state_reason =
        fmt::format("installed, but {} is still running: reboot",
                    kernel.release == around_.kernel_running ? "an older build of it" : around_.kernel_running);
    updates_.push_back(std::move(update));
  }

  void add_offer(const SubscriptionOffer& offer) {
    const bool known = std::any_of(updates_.begin(), updates_.end(), [&](const Update& one) {
      return one.name == offer.name && one.state == UpdateState::needs_subscription;
    });
    if (known) return;
    Update update;
    update.name = offer.name;
    update.version = offer.version;
    update.patch_id = offer.name + "=" + (offer.service.empty() ? "ubuntu-pro" : offer.service);
    update.classifications = {Classification::security};
    update.evidence = "Ubuntu Pro offers a security update for it";
    update.state = UpdateState::needs_subscription;
    update.state_reason = "offered by Ubuntu Pro" + (offer.service.empty() ? "" : " (" + offer.service + ")") +
                          ", which is not enabled on this machine";
    updates_.push_back(std::move(update));
  }

  const Snapshot& snapshot_;
  const Surroundings& around_;
  std::set<std::string> classifiable_;
  std::vector<Update> updates_;
};

}  // namespace

bool needs_subscription(const PackageFile& file) {
  return file.origin == "UbuntuESM" || file.origin == "UbuntuESMApps";
}

bool is_security_archive(const PackageFile& file) {
  return file.archive.ends_with("-security") || file.codename.ends_with("-security") ||
         file.label == "Debian-Security" || needs_subscription(file) || file.origin == "UbuntuFIPS" ||
         file.origin == "UbuntuFIPSUpdates";
}

Findings judge(const Snapshot& snapshot, const Surroundings& surroundings) {
  Findings findings;
  findings.tool = snapshot.tool;
  findings.tool_version = snapshot.tool_version;
  findings.updates = Judge(snapshot, surroundings).updates();
  findings.metadata = judge_metadata(snapshot, surroundings);
  for (const auto& update : findings.updates) {
    if (!is_pending(update) || !is_unclassified(update)) continue;
    auto& list = findings.metadata.missing_advisory_data;
    if (std::find(list.begin(), list.end(), update.repository) == list.end()) list.push_back(update.repository);
  }
  findings.warnings = judge_health(snapshot, surroundings);
  return findings;
}

}  // namespace patchstate::apt
