// SPDX-License-Identifier: Apache-2.0
// What `apt-get upgrade` or `dist-upgrade` would do, as apt's JSON hook tells it, or as a simulation where the hook
// can't run.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/apt/apt_hook_output.h"
#include "collectors/apt/apt_simulation_output.h"
#include "collectors/apt/apt_snapshot.h"
#include "collectors/apt/apt_tools.h"

namespace patchstate::apt {

struct UpgradePlan {
  bool answered = false;  ///< false: apt could not resolve; the complaints say why, there are no changes
  bool by_hook = false;   ///< answered through the JSON hook; else in text
  /// apt resolves nothing at all before this package is installed again, and no archive has it. Empty: no such refusal.
  std::string to_reinstall;
  /// Nothing is to be upgraded, added, removed or kept back: then `upgrade` and `dist-upgrade` do the same. (To take
  /// every candidate is not enough: `upgrade` keeps one back whose new recommendation can't be met.)
  bool changes_nothing = false;
  std::vector<PlannedChange> changes;
  std::vector<std::string> kept_back;  ///< names ("libc6:i386" of a foreign architecture)
  std::vector<std::string> phased;     ///< names; apt before 2.7 lists them as kept back
  std::vector<SubscriptionOffer> subscription_offers;
  std::vector<Complaint> complaints;
  std::vector<std::string> not_understood;
};

class Planner {
 public:
  /// `hook_program` is started by apt with the argument `apt-hook` (apt_hook.h).
  Planner(const AptTools& tools, std::filesystem::path hook_program, std::string native_arch)
      : tools_(tools), hook_program_(std::move(hook_program)), native_arch_(std::move(native_arch)) {}

  UpgradePlan plan(const std::string& verb, const std::vector<std::string>& options = {}) const;

 private:
  bool plan_by_hook(const std::string& verb, std::vector<std::string> options, UpgradePlan& plan) const;
  UpgradePlan plan_by_simulation(const std::string& verb, std::vector<std::string> options) const;

  const AptTools& tools_;
  std::filesystem::path hook_program_;
  std::string native_arch_;
};

}  // namespace patchstate::apt
