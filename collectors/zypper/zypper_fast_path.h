// SPDX-License-Identifier: Apache-2.0
// When patchstate-solv-probe's answer is zypper's own, by rules that are pure:
// docs/decisions/0014-libsolv-ahead-of-zypper.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/zypper/zypper_probe_output.h"
#include "collectors/zypper/zypper_snapshot.h"

namespace patchstate::zypper {

/// Settings of zypp.conf in force that are not known to leave the lists as they are. Total.
std::vector<std::string> unusual_settings(std::string_view zypp_conf);
/// What /etc/zypp/systemCheck asks of the solver, "requires:glibc"; see libzypp's SystemCheck.cc. Total.
std::vector<std::string> system_checks(std::string_view text);

/// Why only zypper can answer, by what was read without either; empty: the probe may be asked.
std::string needs_zypper(const Snapshot& snapshot);
/// Why this answer may differ from zypper's; empty: it can't.
std::string needs_zypper(const ProbeAnswer& answer, const Snapshot& snapshot);
/// The answer as zypper's lists: patches, updates, and all updates, which are no more than those; and the advisories,
/// which stand for the file's where FetchedRepository::is_told.
void take(ProbeAnswer answer, Snapshot& snapshot);

}  // namespace patchstate::zypper
