// SPDX-License-Identifier: Apache-2.0
// Accepted risks: who took the responsibility for what, until when, and why.
#pragma once

#include <vector>

#include "hub/pages/own_pages.h"
#include "hub/pages/render.h"
#include "hub/risks.h"

namespace patchstate {

/// /risks, /risks/new?host=ID&update=KEY; POST /risks, /risks/N/end.
HttpResponse risks_page(Store& store, const Asked& asked);
/// What {{>risk_rows}} shows: "risks" and "has_risks".
void put_risks(Data& data, const std::vector<AcceptedRisk>& risks, Time now);

}  // namespace patchstate
