// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "collectors/dnf/dnf_snapshot.h"

namespace patchstate::dnf {

/// The table of `dnf5 upgrade --assumeno --no-best`: what an upgrade would install, replace and skip. nullopt: there is
/// no whole table (it ends in "Transaction Summary:"), nor dnf5's "Nothing to do."
std::optional<Plan> parse_dnf5_plan(std::string_view text);

}  // namespace patchstate::dnf
