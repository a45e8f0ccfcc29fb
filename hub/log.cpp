// SPDX-License-Identifier: Apache-2.0
#include "hub/log.h"

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>

#include <fmt/core.h>

#include "assessment/words.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes kQuiet{1};

struct Last {
  std::string text;
  Clock::time_point at;
  int repeated = 0;
};

std::string_view priority(LogLevel level) {
  return level == LogLevel::error ? "<3>" : level == LogLevel::warning ? "<4>" : "<6>";
}

}  // namespace

void log_line(LogLevel level, std::string_view text) {
  static std::mutex mutex;
  static Last last;
  // Only journald reads the number away.
  static const bool is_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  const std::lock_guard lock(mutex);
  const std::string line = one_line(text);
  const auto now = Clock::now();
  if (line == last.text && now - last.at < kQuiet) {
    ++last.repeated;
    return;
  }
  const std::string_view prefix = is_journal ? priority(level) : "patchstate-hub: ";
  if (last.repeated > 0) fmt::print(stderr, "{}the line before was repeated {} times\n", prefix, last.repeated);
  fmt::print(stderr, "{}{}\n", prefix, line);
  std::fflush(stderr);
  last = {line, now, 0};
}

}  // namespace patchstate
