// SPDX-License-Identifier: Apache-2.0
// Whether a Windows machine waits for a reboot. Pure: win-side readers fill WindowsRebootFacts, tests make it by hand.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "collectors/reboot/reboot_evidence.h"

namespace patchstate {

/// What Windows keeps of it, all read in the 64-bit view of HKEY_LOCAL_MACHINE. nullopt: could not be read, and
/// `unreadable` says why; a key that is not there reads as false.
struct WindowsRebootFacts {
  std::optional<bool> agent_says;  ///< ISystemInformation.RebootRequired of the Windows Update Agent
  /// SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing: the key RebootPending is there.
  std::optional<bool> servicing_reboot_pending;
  std::optional<bool> servicing_reboot_in_progress;  ///< the same, RebootInProgress
  std::optional<bool> servicing_packages_pending;    ///< the same, PackagesPending
  /// SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update: the key RebootRequired is there.
  std::optional<bool> update_reboot_required;
  /// Renames and deletions that wait in SYSTEM\CurrentControlSet\Control\Session Manager, PendingFileRenameOperations
  /// and PendingFileRenameOperations2: pairs of texts, counted as one each.
  std::optional<std::size_t> pending_renames;
  std::string computer_name;         ///< SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName; empty: not known
  std::string active_computer_name;  ///< the same, ActiveComputerName; empty: not known
  /// What could not be read, and the system's own sentence: "…\Component Based Servicing: Access is denied".
  std::vector<std::string> unreadable;
};

/// The agent's word and the keys of servicing and of Windows Update decide: any that says yes is enough, and `false`
/// needs an answer of one of them at least. Renames (browsers and virus scanners leave them, edge-131) and a new
/// computer name are reported and do not decide.
RebootEvidence judge_windows_reboot(const WindowsRebootFacts& facts);

}  // namespace patchstate
