// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "assessment/assessment.h"

namespace patchstate {

/// The hub's clock, in whole seconds (docs/decisions/0002).
inline Time current_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace patchstate
