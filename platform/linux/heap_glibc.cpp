// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include "platform/linux/heap.h"

namespace patchstate {

void keep_freed_memory(std::size_t bytes) {
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(bytes));
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(bytes));
}

void give_back_freed_memory() {
  ::malloc_trim(0);
}

}  // namespace patchstate
