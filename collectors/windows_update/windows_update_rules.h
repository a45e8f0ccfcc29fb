// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "assessment/assessment.h"
#include "collectors/windows_update/update_source.h"
#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

/// What the search found, judged. A search that did not succeed has no list to be empty: it throws CollectorError, of
/// the kind that the error table gives (`disabled` where the service or policy is the reason, `timed_out` where our
/// deadline was), with the name of the code. One that succeeded with errors is kept, and its warnings make it
/// incomplete (edge-127). The search is the check for updates itself where it asked its server; otherwise the agent's
/// last successful search is, and of a scan package the day it was signed.
Findings judge(const Snapshot& snapshot, Time now);

}  // namespace patchstate::windows_update
