// SPDX-License-Identifier: Apache-2.0
// Which pending updates a host misses: those in a state that decides its verdict (docs/verdicts.md).
#pragma once

#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

constexpr bool is_missing(UpdateState state) {
  return state == UpdateState::installable || state == UpdateState::installed_pending_reboot;
}
/// The same in SQL, after the column.
constexpr std::string_view kIsMissingSql = "IN ('installable', 'installed_pending_reboot')";

}  // namespace patchstate
