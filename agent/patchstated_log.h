// SPDX-License-Identifier: Apache-2.0
// What the resident program says, on stderr: a line for each run, and complaints, which don't repeat themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/schedule.h"

namespace patchstate {

/// As sd-daemon(3) counts them.
enum class Priority { error = 3, warning = 4, info = 6 };

/// One line, with its priority in front where the journal reads it ($JOURNAL_STREAM).
void log(Priority priority, std::string_view message);

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
