// SPDX-License-Identifier: Apache-2.0
#include "agent/progress.h"

#include <chrono>
#include <cstdio>

#include <fmt/core.h>

#include "platform/terminal.h"

namespace patchstate {
namespace {

constexpr std::string_view kEraseLine = "\r\033[K";

}  // namespace

Progress::Progress() {
  if (is_terminal(Stream::err)) thread_ = std::thread([this] { show(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void Progress::step(std::string_view what) {
  const std::lock_guard lock(mutex_);
  what_ = what;
}

void Progress::show() {
  std::unique_lock lock(mutex_);
  for (int seconds = 1; !ended_.wait_for(lock, std::chrono::seconds{1}, [this] { return done_; }); ++seconds)
    fmt::print(stderr, "{}patchstate: {} … {} s", kEraseLine, what_, seconds);
  // The line stands only if a second has passed; erasing an empty one does no harm.
  fmt::print(stderr, "{}", kEraseLine);
}

}  // namespace patchstate
