// SPDX-License-Identifier: Apache-2.0
// All rules about zypper, pure: what is security, in which state an update is, what stands between this answer and the
// truth.
#pragma once

#include "collectors/zypper/zypper_snapshot.h"

namespace patchstate::zypper {

/// Snapshot + surroundings → findings. Total: every row of zypper's lists, every needed patch, and every advisory with
/// a newer version of something installed becomes an update, or is known not to be one.
Findings judge(const Snapshot& snapshot, const Surroundings& surroundings);

/// A program temporary fix: what SUSE's support gives to one customer, ahead of the update (edge-81).
bool is_ptf(const rpm::Evr& version);

/// Whether `list-updates --all` can tell more than this snapshot, which has no answer of it yet: something is locked,
/// an advisory has a newer version than what zypper would install, or a repository has no advisories to see that by.
bool is_something_hidden(const Snapshot& snapshot);

}  // namespace patchstate::zypper
