// SPDX-License-Identifier: Apache-2.0
// One update of the Windows Update Agent: what it is, and whether this machine still needs it.
#pragma once

#include <string>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

/// Those that concern this machine, in the order of the search, each with its classes, state and evidence. What is
/// installed and in effect is left out, and an update listed twice is there once.
///
/// - Classes by the ids of its categories alone. A severity by MSRC or CVEs make it a security update, whatever its
///   category (a cumulative update may be an Update Rollup); an empty severity makes no Security Update less of one
///   (edge-126). A definition stays one. Nothing readable: `unknown`.
/// - `superseded`: another update that is going to be installed, or waits for the reboot, lists it (edge-128). One that
///   is hidden or optional takes nobody's place: a preview must not hide the security update before it. What takes the
///   place of a security update is one itself.
/// - `reboot_required`: of the machine; decides for installed updates that do not tell.
std::vector<Update> judge_updates(const std::vector<RawUpdate>& raw, std::optional<bool> reboot_required);

}  // namespace patchstate::windows_update
