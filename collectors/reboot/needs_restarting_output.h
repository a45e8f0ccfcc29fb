// SPDX-License-Identifier: Apache-2.0
// What the tools of other people say about a reboot: needs-restarting (yum-utils, dnf 4, tdnf, dnf5), zypper
// needs-rebooting and Debian's needrestart. An exit code alone says nothing: 1 is also that of an unknown option
// (edge-132).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/rpm/rpm_version.h"

namespace patchstate {

struct RebootHint {
  std::optional<bool> required;      ///< nullopt: the tool did not say, so it is not known (edge-53)
  std::vector<std::string> because;  ///< names of packages updated since the boot
  std::vector<std::string> not_understood;
};

/// Text of `needs-restarting -r`, `dnf needs-restarting -r`, `dnf5 needs-restarting` and `zypper needs-rebooting`, its
/// --xmlout too, in English (LC_ALL=C).
RebootHint parse_reboot_hint(std::string_view text);
/// `dnf5 needs-restarting --json`.
RebootHint parse_reboot_hint_json(std::string_view json);

struct StaleProcess {
  int pid = 0;
  std::string command;
};
struct StaleProcesses {
  std::vector<StaleProcess> processes;
  std::vector<std::string> not_understood;
};
/// `needs-restarting` without an option: processes that run what was replaced.
StaleProcesses parse_stale_processes(std::string_view text);

struct Needrestart {
  std::optional<int> kernel_status;  ///< NEEDRESTART-KSTA; nullopt: it did not say
  std::string kernel_running;
  std::string kernel_expected;
  std::vector<std::string> services;
  std::vector<std::string> not_understood;
};
/// `needrestart -b`.
Needrestart parse_needrestart(std::string_view text);
/// 1: the running kernel is the expected one. 2, 3: another build or another version waits. 0 and others: not known.
std::optional<bool> needs_reboot(const Needrestart& needrestart);

/// `rpm -q --last kernel …`: what is installed, latest first. Lines that are not understood go to `not_understood`.
std::vector<rpm::Nevra> parse_rpm_last(std::string_view text, std::vector<std::string>& not_understood);
/// Whether the kernel installed latest is another than the running one (edge-51); nullopt: none is installed.
std::optional<bool> needs_reboot(const std::vector<rpm::Nevra>& kernels, std::string_view running);

}  // namespace patchstate
