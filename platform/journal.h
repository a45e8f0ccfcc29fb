// SPDX-License-Identifier: Apache-2.0
// The journal of systemd: entries with named fields, by its native protocol, without its library.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchstate {

/// Names are upper case, digits and "_", by which they don't begin; values any bytes.
using JournalFields = std::vector<std::pair<std::string_view, std::string>>;

/// Whether stderr leads to the journal: $JOURNAL_STREAM names its device and inode, see systemd.exec(5). It is
/// inherited, so that it is set says nothing about a stderr that was redirected since.
bool stderr_is_journal();

/// One entry, as it is sent.
std::string journal_entry(const JournalFields& fields);

/// False: the journal can't be reached, or has not taken it within a second.
bool send_to_journal(const JournalFields& fields);

}  // namespace patchstate
