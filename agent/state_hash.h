// SPDX-License-Identifier: Apache-2.0
// By which a hub and an agent agree that nothing changed.
#pragma once

#include <string>

#include "assessment/assessment.h"

namespace patchstate {

/// SHA-256 of what findings say, as hexadecimal digits: for Findings::digest.
std::string digest_of(const Findings& findings);

/// SHA-256 of what an assessment says. Findings that have no digest yet, as those read back from JSON, get theirs.
std::string state_hash_of(Assessment& assessment);

}  // namespace patchstate
