// SPDX-License-Identifier: Apache-2.0
// The threads that look for news and send notices, beside those that take reports and answer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hub/notice_queue.h"
#include "hub/notices.h"
#include "hub/store.h"
#include "hub/webhook.h"

namespace patchstate {

struct NotifyOptions {
  std::vector<Destination> destinations;
  std::string secret;  ///< notices are signed with it; empty: they are not
  std::chrono::seconds overdue_after = NoticePolicy{}.overdue_after;
};

class Notifier {
 public:
  /// Without destinations it does nothing.
  Notifier(StoreAddress store, NotifyOptions options);
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  /// What was not sent is kept in the store.
  ~Notifier();

 private:
  void look();
  void deliver(const Destination& destination);
  /// Whether it was taken.
  bool send(Store& store, const Destination& destination, const QueuedNotice& notice);
  void wait(std::chrono::milliseconds time);

  StoreAddress store_;
  NotifyOptions options_;
  NoticePolicy policy_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::vector<std::thread> threads_;
};

}  // namespace patchstate
