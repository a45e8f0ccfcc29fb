// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace patchstate {

/// Runs `send`, `enroll` or `doctor`: `words` begin with that command. Exit code of it. Where linking libcurl would
/// cost every start of this program 6 ms and 7 MiB it is a program of its own, patchstate-send, which takes the place
/// of this one; on Windows it is in here.
int run_send_program(std::span<const std::string> words);

}  // namespace patchstate
