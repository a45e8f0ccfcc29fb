// SPDX-License-Identifier: Apache-2.0
// What would make us completed: the shortest list of updates that turns the most machines compliant. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace patchstate {

/// In place of an update's key: the restart that an installed one waits for.
constexpr std::int64_t kRestart = 0;

/// Machines that lack exactly the same.
struct LackGroup {
  std::int64_t machines = 0;
  std::vector<std::int64_t> lacks;  ///< keys of updates, or kRestart; sorted, each once
};

struct PlanStep {
  std::int64_t update = 0;
  std::int64_t compliant = 0;  ///< machines that lack nothing any more after this step and all before it
};

/// Every update that a group lacks, once, in the order in which to install them: next is always what completes most
/// machines for each update that is still to be installed for them. That is not always the shortest of all orders,
/// which nobody can find in reasonable time (it is a form of the set cover problem).
std::vector<PlanStep> shortest_plan(std::vector<LackGroup> groups);

}  // namespace patchstate
