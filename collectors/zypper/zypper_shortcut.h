// SPDX-License-Identifier: Apache-2.0
// patchstate-solv-probe, asked ahead of zypper.
#pragma once

#include "collectors/collector.h"
#include "collectors/zypper/zypper_snapshot.h"

namespace patchstate::zypper {

/// Fills patches, updates and tool of `snapshot`, which has all else that is read without zypper, and returns true; or
/// leaves it as it is, because zypper has to be asked: the probe is not there, fails, or may say something else than
/// zypper would (zypper_fast_path). Never throws for what the probe or its answer is.
bool ask_probe(const HostAccess& access, Snapshot& snapshot);

}  // namespace patchstate::zypper
