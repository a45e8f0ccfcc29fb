// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hub/pages/render.h"

namespace patchstate {

/// What {{>machine_evidence}} shows of a report: who answered, how old what they knew was, and what they warned of.
/// nullopt: there is none.
void put_evidence(Data& data, const std::optional<Assessment>& report, Time now);

/// The report's update that this row of the store is; nullptr where the report does not have it.
const Update* update_in(const std::optional<Assessment>& report, const std::string& source, const std::string& patch_id,
                        const std::string& version);

}  // namespace patchstate
