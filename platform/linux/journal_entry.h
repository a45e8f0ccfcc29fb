// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "platform/journal.h"

namespace patchstate {

/// One entry, as it is sent.
std::string journal_entry(const JournalFields& fields);

}  // namespace patchstate
