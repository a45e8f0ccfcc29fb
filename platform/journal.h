// SPDX-License-Identifier: Apache-2.0
// The log of the system, for a program that runs as a service: entries with named fields. On Linux systemd's journal,
// by its native protocol, without its library; on Windows the event log.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchstate {

/// Names are upper case, digits and "_", by which they don't begin; values any bytes. The event log takes MESSAGE as
/// the text, PRIORITY as the level and PATCHSTATE_EVENT as the id, and adds the others to the text.
using JournalFields = std::vector<std::pair<std::string_view, std::string>>;

/// Whether what this process says belongs there. Linux: stderr leads to it: $JOURNAL_STREAM names its device and inode,
/// see systemd.exec(5); it is inherited, so that it is set says nothing about a stderr that was redirected since.
/// Windows: the service manager started us.
bool belongs_in_journal();

/// False: it can't be reached, or (Linux) has not taken it within a second.
bool send_to_journal(const JournalFields& fields);

}  // namespace patchstate
