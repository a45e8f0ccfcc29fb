// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/collector.h"
#include "collectors/reboot/kernel_release.h"
#include "collectors/reboot/rpm_install_times.h"
#include "platform/machine.h"

namespace patchstate {

struct RebootEvidence {
  std::optional<bool> pending;  ///< nullopt: not known (another root, no evidence can be had, deadline)
  std::vector<RebootReason> reasons;
  std::vector<Warning> warnings;
};

/// What the rules see; filled by read_reboot_evidence, made by hand in tests.
struct RebootFacts {
  bool running_system = true;                ///< false: another root, nothing runs there
  bool container = false;                    ///< the running kernel is the host's (edge-130)
  std::string reboot_required_file;          ///< the one that is there: /run/reboot-required, /run/reboot-needed
  std::vector<std::string> reboot_packages;  ///< lines of reboot-required.pkgs
  std::string kernel_running;
  std::string kernel_installed;        ///< newest installed of the running one's flavour, empty: none found
  std::string kernel_build_running;    ///< `uname -v`
  std::string kernel_build_installed;  ///< of the installed image of the running release, empty: not known
  std::optional<DeletedFileScan> deleted_files;
  std::optional<Time> boot_time;
  RpmInstallTimes rpm;  ///< packages that need a reboot once they are updated, and when they were installed
};

/// Pure: strong evidence decides, weak evidence is reported. Absence of evidence is `false` only where the evidence
/// that would exist could be looked at.
RebootEvidence judge_reboot(const RebootFacts& facts);
RebootEvidence read_reboot_evidence(const HostAccess& access, const Host& host, std::chrono::milliseconds deadline);

}  // namespace patchstate
