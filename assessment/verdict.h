// SPDX-License-Identifier: Apache-2.0
// The verdict of a machine: a pure function of what is known, the policy, and now (design §2).
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate {

struct Policy {
  /// A source whose last successful check is older proves nothing.
  std::chrono::seconds max_metadata_age = std::chrono::hours{48};
  /// Repositories (substring of Update::repository or equal to Update::origin) whose unclassified updates count as
  /// other.
  std::vector<std::string> unclassified_as_other;
  /// States beside installable and installed_pending_reboot whose security updates make a machine noncompliant.
  std::set<UpdateState> count_states;
};

/// Reasons come most important first. `noncompliant` wins over `unknown`: what is known to be missing is missing, even
/// where another source failed; the doubts are then listed after it.
Verdict judge(const Assessment& assessment, const Policy& policy, Time now);

}  // namespace patchstate
