// SPDX-License-Identifier: Apache-2.0
// The one writer: takes what many requests brought, and commits it together. A commit waits for the disk; a thousand
// reports in it cost hardly more than one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "hub/store.h"

namespace patchstate {

class Ingest {
 public:
  /// Recorded, or nullopt: the store can't take it now, and the host must send it again.
  using Done = std::function<void(std::optional<Recorded>)>;

  Ingest(const StoreAddress& address, const RecordPolicy& policy);
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;
  /// What was submitted is recorded and answered first.
  ~Ingest();

  /// False when too much waits already; `done` is not called then.
  bool submit(Incoming incoming, Done done);

  struct Numbers {
    std::size_t accepted = 0;
    std::size_t batches = 0;
    std::size_t failed = 0;
    std::size_t waiting = 0;
  };
  Numbers numbers() const;

 private:
  struct Item {
    Incoming incoming;
    Done done;
  };
  struct Batch {
    std::vector<Incoming> reports;
    std::vector<Done> done;  ///< as many, in the same order
  };
  void work();
  void record(const Batch& batch);
  std::optional<std::vector<Recorded>> try_record(std::span<const Incoming> reports);
  Batch take();

  StoreAddress address_;
  RecordPolicy policy_;
  std::unique_ptr<Store> store_;  ///< of the writer's thread
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable has_enough_;                 ///< for a whole batch
  std::chrono::steady_clock::time_point next_commit_;  ///< of the writer's thread
  std::deque<Item> queue_;
  std::size_t queued_bytes_ = 0;
  bool stop_ = false;
  Numbers numbers_;
  std::thread thread_;
};

}  // namespace patchstate
