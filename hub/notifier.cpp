// SPDX-License-Identifier: Apache-2.0
#include "hub/notifier.h"

#include <algorithm>
#include <memory>

#include <fmt/core.h>

#include "hub/clock.h"
#include "hub/log.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Often enough, and never more than 1/100 of a processor.
constexpr int kShareOfTime = 100;
constexpr milliseconds kSoonest{500};
constexpr milliseconds kLatest = seconds{60};
constexpr milliseconds kDueEvery = seconds{1};  ///< also after a failure: a server that is away is not asked in a row
constexpr milliseconds kStoreAway = seconds{10};
constexpr seconds kAnswerWithin{10};  ///< of the store

/// The store a thread keeps, opened when it is needed and anew after it failed.
class KeptStore {
 public:
  explicit KeptStore(const StoreAddress& address) : address_(address) {}

  /// Whether it went well; a failure is logged.
  template <class Work>
  bool use(Work&& work) {
    try {
      if (!store_) store_ = std::make_unique<Store>(address_);
      store_->answer_within(kAnswerWithin);
      work(*store_);
      return true;
    } catch (const std::exception& error) {
      log_line(LogLevel::warning, fmt::format("notifications: {}", error.what()));
      store_.reset();
      return false;
    }
  }

 private:
  const StoreAddress& address_;
  std::unique_ptr<Store> store_;
};

}  // namespace

Notifier::Notifier(StoreAddress store, NotifyOptions options) : store_(std::move(store)), options_(std::move(options)) {
  if (options_.destinations.empty()) return;
  policy_.overdue_after = options_.overdue_after;
  for (const auto& destination : options_.destinations) policy_.destinations.push_back(destination.shown);
  threads_.emplace_back([this] { look(); });
  // One for each, so that a server that is slow keeps no notice from the others.
  for (const auto& destination : options_.destinations)
    threads_.emplace_back([this, &destination] { deliver(destination); });
}

Notifier::~Notifier() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Notifier::wait(milliseconds time) {
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, time, [this] { return stop_.load(); });
}

void Notifier::look() {
  KeptStore kept(store_);
  while (!stop_) {
    milliseconds took{};
    const bool is_well = kept.use([&](Store& store) {
      const auto begin = Clock::now();
      look_for_news(store, policy_, current_time());
      took = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    });
    wait(is_well ? std::clamp(took * kShareOfTime, kSoonest, kLatest) : kStoreAway);
  }
}

void Notifier::deliver(const Destination& destination) {
  KeptStore kept(store_);
  while (!stop_) {
    bool is_taken = true;
    const bool is_well = kept.use([&](Store& store) {
      while (!stop_ && is_taken) {
        store.answer_within(kAnswerWithin);
        const auto notice = claim_notice(store, destination.shown, current_time());
        if (!notice) return;
        is_taken = send(store, destination, *notice);
      }
    });
    wait(is_well ? kDueEvery : kStoreAway);
  }
}

bool Notifier::send(Store& store, const Destination& destination, const QueuedNotice& notice) {
  const auto answer = post_webhook(destination, options_.secret, {notice.kind, notice.id, notice.body}, stop_);
  const Time now = current_time();
  store.answer_within(kAnswerWithin);
  if (answer.taken) {
    notice_taken(store, notice, answer.text, now);
    return true;
  }
  if (stop_) {
    notice_put_back(store, notice, now);
    return false;
  }
  const bool is_given_up = notice_failed(store, notice, answer.text, answer.retry_after, now);
  log_line(LogLevel::warning, fmt::format("notifications: {} did not take \"{}\": {}; {}", destination.shown,
                                          notice.kind, answer.text, is_given_up ? "given up" : "it is tried again"));
  return false;
}

}  // namespace patchstate
