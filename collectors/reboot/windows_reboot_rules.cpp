// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/windows_reboot_rules.h"

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "assessment/words.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostNamed = 5;
constexpr std::size_t kLongest = 200;

/// The keys of component servicing that are there, as one piece of evidence.
void add_servicing(const WindowsRebootFacts& facts, RebootEvidence& evidence) {
  std::vector<std::string> keys;
  if (facts.servicing_reboot_pending.value_or(false)) keys.emplace_back("RebootPending");
  if (facts.servicing_reboot_in_progress.value_or(false)) keys.emplace_back("RebootInProgress");
  if (facts.servicing_packages_pending.value_or(false)) keys.emplace_back("PackagesPending");
  if (keys.empty()) return;
  evidence.reasons.push_back(
      {"component_servicing",
       fmt::format("below Component Based Servicing in the registry there is {}", listed(keys, keys.size())),
       Strength::strong});
}

void add_weak(const WindowsRebootFacts& facts, RebootEvidence& evidence) {
  if (const auto renames = facts.pending_renames.value_or(0); renames > 0)
    evidence.reasons.push_back({"pending_file_renames",
                                fmt::format("{} for the next boot to be renamed or deleted; installers and virus "
                                            "scanners leave such as well as updates",
                                            renames == 1 ? "1 file waits" : fmt::format("{} files wait", renames)),
                                Strength::weak});
  if (!facts.computer_name.empty() && !facts.active_computer_name.empty() &&
      facts.computer_name != facts.active_computer_name)
    evidence.reasons.push_back(
        {"computer_name",
         fmt::format("the machine is called {} and will be {} after the next boot",
                     clean_text(facts.active_computer_name, kLongest), clean_text(facts.computer_name, kLongest)),
         Strength::weak});
}

}  // namespace

RebootEvidence judge_windows_reboot(const WindowsRebootFacts& facts) {
  RebootEvidence evidence;
  if (facts.agent_says.value_or(false))
    evidence.reasons.push_back(
        {"windows_update_agent", "the Windows Update Agent says that a reboot is required", Strength::strong});
  if (facts.update_reboot_required.value_or(false))
    evidence.reasons.push_back({"windows_update_key",
                                "below WindowsUpdate\\Auto Update in the registry there is RebootRequired",
                                Strength::strong});
  add_servicing(facts, evidence);
  const bool known = facts.agent_says || facts.update_reboot_required || facts.servicing_reboot_pending;
  if (!evidence.reasons.empty())
    evidence.pending = true;
  else if (known)
    evidence.pending = false;
  add_weak(facts, evidence);
  std::vector<std::string> unreadable;
  for (const auto& one : facts.unreadable) unreadable.push_back(clean_text(one, kLongest));
  if (!unreadable.empty())
    evidence.warnings.push_back(
        {"reboot_evidence_unreadable",
         fmt::format("not all that tells of a pending reboot could be read ({}); run as an administrator or as the "
                     "service",
                     listed(unreadable, kMostNamed)),
         {},
         false});
  return evidence;
}

}  // namespace patchstate
