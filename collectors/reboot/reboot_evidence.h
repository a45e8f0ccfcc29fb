// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/collector.h"
#include "platform/machine.h"

namespace patchstate {

struct RebootEvidence {
  std::optional<bool> pending;  ///< nullopt: not known (another root, no evidence can be had, deadline)
  std::vector<RebootReason> reasons;
  std::vector<Warning> warnings;
};

/// What the rules see; filled by read_reboot_evidence, made by hand in tests.
struct RebootFacts {
  bool running_system = true;              ///< false: another root, nothing runs there
  bool container = false;                  ///< the running kernel is the host's (edge-130)
  bool reboot_required_file = false;       ///< /run/reboot-required or /run/reboot-needed
  std::vector<std::string> reboot_packages;  ///< lines of reboot-required.pkgs
  std::string kernel_running;
  std::string kernel_installed;  ///< newest installed, empty: none found
  std::optional<DeletedFileScan> deleted_files;
};

/// Pure: strong evidence decides, weak evidence is reported. Absence of evidence is `false` only where the evidence that
/// would exist could be looked at.
RebootEvidence judge_reboot(const RebootFacts& facts);
RebootEvidence read_reboot_evidence(const HostAccess& access, const Host& host, std::chrono::milliseconds deadline);

/// Newest kernel release (as `uname -r` would say) among installed vmlinuz/modules names; version order, not text order.
std::string newest_kernel(const std::vector<std::string>& releases);

/// "6.1.0-31-amd64" and "6.1.0-30-amd64" yes, "6.1.0-31-cloud-amd64" and "6.1.0-30-amd64" no: only kernels of the running
/// one's flavour say anything about it.
bool same_kernel_flavour(std::string_view one, std::string_view other);

}  // namespace patchstate
