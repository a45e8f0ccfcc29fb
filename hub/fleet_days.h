// SPDX-License-Identifier: Apache-2.0
// The fleet at each midnight, counted once by whoever has nothing else to do: nobody who looks at 90 days waits for it.
#pragma once

#include <chrono>

#include "hub/store.h"

namespace patchstate {

/// Counts the latest midnight (UTC) that has passed and that nobody has counted, by what is known now of that moment:
/// at most `keep` and 400 days back, and none before the first machine was known. False when there is none.
bool count_missing_day(Store& store, Time now, std::chrono::seconds keep);

}  // namespace patchstate
