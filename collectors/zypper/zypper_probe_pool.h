// SPDX-License-Identifier: Apache-2.0
// The system's packages and zypper's repositories as libzypp has parsed them, in one libsolv pool.
#pragma once

// libsolv calls fields `requires` otherwise, which is a keyword.
#define LIBSOLV_SOLVABLE_PREPEND_DEP 1

#include <memory>
#include <string>
#include <vector>

extern "C" {
#include <solv/pool.h>
#include <solv/queue.h>
}

namespace patchstate::zypper {

struct FreePool {
  void operator()(Pool* pool) const { pool_free(pool); }
};
using PoolOwner = std::unique_ptr<Pool, FreePool>;

/// An array of libsolv's that frees itself.
class IdQueue {
 public:
  IdQueue() { queue_init(&queue_); }
  IdQueue(const IdQueue&) = delete;
  IdQueue& operator=(const IdQueue&) = delete;
  ~IdQueue() { queue_free(&queue_); }
  Queue* get() { return &queue_; }
  const Id* begin() const { return queue_.elements; }
  const Id* end() const { return queue_.elements + queue_.count; }
  std::size_t size() const { return static_cast<std::size_t>(queue_.count); }
  Id operator[](std::size_t index) const { return queue_.elements[index]; }
  void push(Id one, Id other) { queue_push2(&queue_, one, other); }
  void push(Id one) { queue_push(&queue_, one); }

 private:
  Queue queue_{};
};

/// An enabled repository: its alias, and the file below the root that configures it.
struct ProbedRepository {
  std::string alias;
  std::string file;
};

struct LoadedPool {
  PoolOwner pool;     ///< ready to be solved; empty: `stale`
  std::string stale;  ///< why zypper would build a cache anew, or why one can't be read; else empty
};

/// The caches below `root` (/var/cache/zypp/solv), each of them only where zypper would take it as it is.
LoadedPool load_pool(const std::string& root, const std::vector<ProbedRepository>& repositories);

}  // namespace patchstate::zypper
