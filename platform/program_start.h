// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace patchstate {

/// First thing in main. Afterwards: a standard stream that was closed is not the number of the next file that is opened
/// (output into a closed one fails); writing into a pipe nobody reads is an error, not a death; a request to stop
/// (SIGINT, SIGTERM, SIGHUP) ends the program at once with `exit_code_when_stopped`, and its children with it.
void prepare_program(int exit_code_when_stopped);

}  // namespace patchstate
