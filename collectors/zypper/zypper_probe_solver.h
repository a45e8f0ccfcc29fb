// SPDX-License-Identifier: Apache-2.0
// libsolv's solver with the jobs and flags of libzypp (SATResolver.cc): what `zypper list-updates` and `list-patches`
// ask it. Locks, retracted packages, other vendors and what may be installed beside itself are not told to it: whoever
// reads the answer has to look elsewhere where there are any.
#pragma once

#include <memory>
#include <vector>

#include "collectors/zypper/zypper_probe_pool.h"

extern "C" {
#include <solv/solver.h>
}

namespace patchstate::zypper {

/// Something installed that goes because what is chosen obsoletes it, by another name.
struct Replaced {
  Id installed = 0;
  std::vector<Id> by;  ///< of `chosen`; never empty
};

struct UpdateRun {
  int problems = 0;
  std::vector<Id> chosen;  ///< would be installed
  std::vector<Replaced> replaced;
  std::vector<Id> erased;  ///< would go; neither the older version of what is chosen nor replaced
};

/// `zypper update`, as far as it can go without a question.
UpdateRun run_update(Pool* pool);

struct PatchRun {
  int problems = 0;
  int changes = 0;         ///< what the solver would do unasked, which is to be nothing
  std::size_t known = 0;   ///< patches there are for this machine, applied and irrelevant ones too
  std::vector<Id> needed;  ///< those that are relevant and not satisfied
};

/// What of the patches applies to the system as it is.
PatchRun run_patches(Pool* pool);

}  // namespace patchstate::zypper
