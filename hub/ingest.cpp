// SPDX-License-Identifier: Apache-2.0
#include "hub/ingest.h"

#include <algorithm>

#include "hub/log.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostInBatch = 1000;
constexpr std::size_t kMostWaiting = 50'000;
constexpr std::size_t kMostWaitingBytes = 256U << 20U;

std::size_t size_of(const Incoming& incoming) {
  return incoming.report.body.size() + incoming.report.updates.size() * sizeof(ReportedUpdate);
}

}  // namespace

Ingest::Ingest(const StoreAddress& address, const RecordPolicy& policy)
    : address_(address), policy_(policy), store_(std::make_unique<Store>(address)), thread_([this] { work(); }) {}

Ingest::~Ingest() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  has_work_.notify_one();
  thread_.join();
}

bool Ingest::submit(Incoming incoming, Done done) {
  {
    const std::lock_guard lock(mutex_);
    const auto bytes = size_of(incoming);
    if (stop_ || queue_.size() >= kMostWaiting || queued_bytes_ + bytes > kMostWaitingBytes) return false;
    queued_bytes_ += bytes;
    queue_.push_back({std::move(incoming), std::move(done)});
  }
  has_work_.notify_one();
  return true;
}

Ingest::Numbers Ingest::numbers() const {
  const std::lock_guard lock(mutex_);
  Numbers numbers = numbers_;
  numbers.waiting = queue_.size();
  return numbers;
}

std::vector<Ingest::Item> Ingest::take() {
  std::unique_lock lock(mutex_);
  has_work_.wait(lock, [this] { return stop_ || !queue_.empty(); });
  std::vector<Item> items;
  while (!queue_.empty() && items.size() < kMostInBatch) {
    queued_bytes_ -= size_of(queue_.front().incoming);
    items.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return items;
}

void Ingest::work() {
  for (auto items = take(); !items.empty(); items = take()) record(items);
}

/// nullopt when the store could not; it is opened again for the next attempt, since its connection may be what broke.
std::optional<std::vector<Recorded>> Ingest::try_record(const std::vector<Item>& items, std::size_t first,
                                                        std::size_t count) {
  std::vector<Incoming> incoming;
  for (std::size_t index = first; index < first + count; ++index) incoming.push_back(items[index].incoming);
  try {
    if (!store_) store_ = std::make_unique<Store>(address_);
    return store_->record(incoming, policy_);
  } catch (const StoreError& error) {
    log_line(LogLevel::error, error.what());
    store_.reset();
    return std::nullopt;
  }
}

void Ingest::record(std::vector<Item>& items) {
  std::vector<std::optional<Recorded>> answers(items.size());
  if (const auto all = try_record(items, 0, items.size())) {
    std::copy(all->begin(), all->end(), answers.begin());
  } else {
    // One that the store refuses must not take the others with it; a store that refuses two is not there.
    int failures = 0;
    for (std::size_t index = 0; index < items.size() && failures < 2; ++index) {
      const auto one = try_record(items, index, 1);
      if (one) answers[index] = one->front();
      failures = one ? 0 : failures + 1;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    ++numbers_.batches;
    for (const auto& answer : answers) ++(answer ? numbers_.accepted : numbers_.failed);
  }
  for (std::size_t index = 0; index < items.size(); ++index) items[index].done(answers[index]);
}

}  // namespace patchstate
