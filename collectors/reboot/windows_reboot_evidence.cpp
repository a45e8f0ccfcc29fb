// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <system_error>

#include "collectors/reboot/reboot_evidence.h"
#include "collectors/reboot/windows_reboot_rules.h"
#include "collectors/windows_update/windows_update_collector.h"
#include "collectors/windows_update/windows_update_output.h"
#include "platform/paths.h"
#include "platform/registry.h"

namespace patchstate {
namespace {

const std::string kServicing = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing";
const std::string kAutoUpdate = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update";
const std::string kSessionManager = "SYSTEM\\CurrentControlSet\\Control\\Session Manager";
const std::string kNames = "SYSTEM\\CurrentControlSet\\Control\\ComputerName";

std::optional<bool> is_there(const std::string& key, WindowsRebootFacts& facts) {
  try {
    return registry_key_exists(key);
  } catch (const std::system_error& error) {
    facts.unreadable.emplace_back(error.what());
    return std::nullopt;
  }
}

std::string computer_name(const char* key, WindowsRebootFacts& facts) {
  try {
    return registry_string(kNames + "\\" + key, "ComputerName").value_or("");
  } catch (const std::system_error& error) {
    facts.unreadable.emplace_back(error.what());
    return {};
  }
}

/// Pairs of texts: what to rename, and the new name, which is empty for what shall be deleted; so empty ones are left
/// out and each that names a file to begin with counts.
std::optional<std::size_t> pending_renames(WindowsRebootFacts& facts) {
  try {
    std::size_t count = 0;
    for (const char* name : {"PendingFileRenameOperations", "PendingFileRenameOperations2"})
      for (const auto& text : registry_strings(kSessionManager, name).value_or(std::vector<std::string>{}))
        if (!text.starts_with('!')) ++count;  // "!" begins a new name that may replace a file
    return count;
  } catch (const std::system_error& error) {
    facts.unreadable.emplace_back(error.what());
    return std::nullopt;
  }
}

/// The agent is asked by its probe, without a search.
std::optional<bool> agent_says(const HostAccess& access, std::chrono::milliseconds deadline,
                               WindowsRebootFacts& facts) {
  Command command;
  command.argv = {own_program().string(), std::string(windows_update::kProbeArgument), "--system"};
  command.deadline = deadline;
  const auto result = access.runner.run(command);
  if (!result.ok()) {
    facts.unreadable.push_back(describe(command, result));
    return std::nullopt;
  }
  try {
    return windows_update::parse_probe_output(result.out).reboot_required;
  } catch (const CollectorError& error) {
    facts.unreadable.emplace_back(error.what());
    return std::nullopt;
  }
}

}  // namespace

RebootEvidence read_reboot_evidence(const HostAccess& access, const Host& /*host*/,
                                    std::chrono::milliseconds deadline) {
  if (access.root != "/") return {};
  WindowsRebootFacts facts;
  facts.agent_says = agent_says(access, deadline, facts);
  facts.servicing_reboot_pending = is_there(kServicing + "\\RebootPending", facts);
  facts.servicing_reboot_in_progress = is_there(kServicing + "\\RebootInProgress", facts);
  facts.servicing_packages_pending = is_there(kServicing + "\\PackagesPending", facts);
  facts.update_reboot_required = is_there(kAutoUpdate + "\\RebootRequired", facts);
  facts.pending_renames = pending_renames(facts);
  facts.computer_name = computer_name("ComputerName", facts);
  facts.active_computer_name = computer_name("ActiveComputerName", facts);
  return judge_windows_reboot(facts);
}

}  // namespace patchstate
