// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/process_runner.h"
#include "platform/windows/unique_handle.h"

namespace patchstate {

/// A program in a job of its own; or the errno that says why there is none.
struct StartedProcess {
  int error = 0;
  UniqueHandle process;
  UniqueHandle job;       ///< closing it, or dying, ends the program and everything it started
  UniqueHandle messages;  ///< the job's completion port: told when nothing runs in it any more
  UniqueHandle out;       ///< our end of the program's stdout, overlapped
  UniqueHandle err;
};

/// Throws std::system_error when the machine has no more processes, handles or memory.
StartedProcess start_process(const Command& command);

}  // namespace patchstate
