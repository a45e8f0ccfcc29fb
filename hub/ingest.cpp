// SPDX-License-Identifier: Apache-2.0
#include "hub/ingest.h"

#include <algorithm>

#include "hub/log.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostInBatch = 1000;
/// From the beginning of one commit to that of the next, unless so many wait: a commit costs some milliseconds whatever
/// is in it. A lone report never waits.
constexpr std::chrono::milliseconds kBetweenCommits{25};
constexpr std::size_t kWorthACommit = 250;
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
  has_enough_.notify_one();
  thread_.join();
}

bool Ingest::submit(Incoming incoming, Done done) {
  {
    const std::lock_guard lock(mutex_);
    const auto bytes = size_of(incoming);
    if (stop_ || queue_.size() >= kMostWaiting || queued_bytes_ + bytes > kMostWaitingBytes) return false;
    queued_bytes_ += bytes;
    queue_.push_back({std::move(incoming), std::move(done)});
    if (queue_.size() >= kWorthACommit) has_enough_.notify_one();
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

Ingest::Batch Ingest::take() {
  std::unique_lock lock(mutex_);
  has_work_.wait(lock, [this] { return stop_ || !queue_.empty(); });
  has_enough_.wait_until(lock, next_commit_, [this] { return stop_ || queue_.size() >= kWorthACommit; });
  next_commit_ = std::chrono::steady_clock::now() + kBetweenCommits;
  Batch batch;
  while (!queue_.empty() && batch.done.size() < kMostInBatch) {
    Item& item = queue_.front();
    queued_bytes_ -= size_of(item.incoming);
    batch.reports.push_back(std::move(item.incoming));
    batch.done.push_back(std::move(item.done));
    queue_.pop_front();
  }
  return batch;
}

void Ingest::work() {
  for (auto batch = take(); !batch.done.empty(); batch = take()) record(batch);
}

/// nullopt when the store could not; it is opened again for the next attempt, since its connection may be what broke.
std::optional<std::vector<Recorded>> Ingest::try_record(std::span<const Incoming> reports) {
  try {
    if (!store_) store_ = std::make_unique<Store>(address_);
    return store_->record(reports, policy_);
  } catch (const StoreError& error) {
    log_line(LogLevel::error, error.what());
    store_.reset();
    return std::nullopt;
  }
}

void Ingest::record(const Batch& batch) {
  const std::span<const Incoming> reports(batch.reports);
  std::vector<std::optional<Recorded>> answers(reports.size());
  if (const auto all = try_record(reports)) {
    std::copy(all->begin(), all->end(), answers.begin());
  } else {
    // One that the store refuses must not take the others with it; a store that refuses two is not there.
    int failures = 0;
    for (std::size_t index = 0; index < reports.size() && failures < 2; ++index) {
      const auto one = try_record(reports.subspan(index, 1));
      if (one) answers[index] = one->front();
      failures = one ? 0 : failures + 1;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    ++numbers_.batches;
    for (const auto& answer : answers) ++(answer ? numbers_.accepted : numbers_.failed);
  }
  for (std::size_t index = 0; index < answers.size(); ++index) batch.done[index](answers[index]);
}

}  // namespace patchstate
