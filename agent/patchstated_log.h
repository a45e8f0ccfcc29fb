// SPDX-License-Identifier: Apache-2.0
// What the resident program says: a line for each run, and complaints, which don't repeat themselves. In the journal
// each is an entry with fields (docs/service.md), elsewhere a line of stderr.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/schedule.h"
#include "platform/journal.h"

namespace patchstate {

/// As sd-daemon(3) counts them.
enum class Priority { error = 3, warning = 4, info = 6 };

/// What an entry tells of. In the journal each has an id of its own, which never changes.
enum class Event { ready, reload, run, delivery, problem, stop };

/// One line, and what else the journal keeps with it.
void log(Priority priority, Event event, std::string_view message, const JournalFields& fields = {});

/// The entry for the journal.
JournalFields entry_of(Priority priority, Event event, std::string_view message, const JournalFields& fields);

/// The same complaint is made once an hour, and then says how often it was not made.
class Complaints {
 public:
  /// The text to log; nothing: it was said less than an hour ago.
  std::optional<std::string> admit(const std::string& complaint, Moment now);

 private:
  struct Made {
    std::string complaint;
    Moment at;
    unsigned left_out = 0;
  };
  std::vector<Made> made_;
};

}  // namespace patchstate
