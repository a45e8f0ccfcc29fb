// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/heap.h"

namespace patchstate {

// musl's heap takes no orders: it gives back what is free by itself.

void keep_freed_memory(std::size_t /*bytes*/) {}

void give_back_freed_memory() {}

}  // namespace patchstate
