// SPDX-License-Identifier: Apache-2.0
// What others ask of the resident loop. The service manager's control handler and the console's run in threads of their
// own; all they do is to set one of these events, which stays set until the loop takes it.
#pragma once

#include "platform/windows/unique_handle.h"

namespace patchstate {

struct LoopRequests {
  UniqueHandle stop;
  UniqueHandle reload;
  UniqueHandle run;
  UniqueHandle clocks;  ///< the wall clock was set, or the machine woke up
};

/// The events of this process, made by the first call; throws std::system_error when they can't be.
const LoopRequests& loop_requests();

}  // namespace patchstate
