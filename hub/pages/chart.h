// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hub/pages/render.h"
#include "hub/questions.h"

namespace patchstate {

/// What {{#chart}} draws (templates/overview): missing security updates and the age of the oldest, as paths of an SVG
/// of 1000 by 240. False for fewer than two days.
Data exposure_chart(const std::vector<FleetDay>& days);

}  // namespace patchstate
