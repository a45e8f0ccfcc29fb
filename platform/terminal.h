// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace patchstate {

enum class Stream { out, err };

bool is_terminal(Stream stream);
/// Columns of the terminal on stdout; 80 when it is none.
int terminal_width();

}  // namespace patchstate
