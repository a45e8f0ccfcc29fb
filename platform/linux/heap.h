// SPDX-License-Identifier: Apache-2.0
// What the C library's heap can be told; the build links the file for the library it has.
#pragma once

#include <cstddef>

namespace patchstate {

/// Pieces of up to `bytes` come from the heap, and stay there when they are freed.
void keep_freed_memory(std::size_t bytes);
/// What was freed goes back to the system.
void give_back_freed_memory();

}  // namespace patchstate
