// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "platform/linux/unique_fd.h"
#include "platform/process_runner.h"

namespace patchstate {

/// A watcher (process_watcher.h) and the program below it; or the errno that says why there is none.
struct StartedProcess {
  int error = 0;
  pid_t watcher = -1;
  UniqueFd out;     ///< our end of the program's stdout, not blocking
  UniqueFd err;     ///< of its stderr, not blocking
  UniqueFd life;    ///< closing it, or dying, ends the program and all its descendants
  UniqueFd report;  ///< WatcherReport, then the end of file when everything is gone
};

/// Throws std::system_error when the machine has no more processes, descriptors or memory.
StartedProcess start_process(const Command& command);

}  // namespace patchstate
