// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hub/pages/render.h"
#include "hub/questions.h"

namespace patchstate {

/// What {{#charts}} draws (templates/overview): missing security updates, and the age of the oldest, each as paths of
/// an SVG of 480 by 180. Empty for fewer than two days.
Data exposure_charts(const std::vector<FleetDay>& days);

}  // namespace patchstate
