// SPDX-License-Identifier: Apache-2.0
// Findings as the cache keeps them: a form of our own, because reading JSON costs an unchanged run more than everything
// else it does. Never sent, never shown, and only read by the version that wrote it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

std::string to_text(const Findings& findings);
/// nullopt for anything but what to_text writes.
std::optional<Findings> findings_from_text(std::string_view text);

}  // namespace patchstate
