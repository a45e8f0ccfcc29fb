// SPDX-License-Identifier: Apache-2.0
#include "platform/service_manager.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

#include "platform/linux/unix_datagram.h"

namespace patchstate {
namespace {

std::string_view from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<long long> number_from_environment(const char* name) {
  const std::string_view text = from_environment(name);
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

int run_under_service_manager(const std::function<int()>& work) {
  return work();
}

void tell_service_manager(const std::string& state) {
  send_datagram(from_environment("NOTIFY_SOCKET"), state);
}

std::optional<std::chrono::milliseconds> watchdog_period() {
  const auto limit = number_from_environment("WATCHDOG_USEC");
  if (!limit || *limit <= 0) return std::nullopt;
  // It may be meant for somebody who started us.
  const bool for_anyone = from_environment("WATCHDOG_PID").empty();
  if (!for_anyone && number_from_environment("WATCHDOG_PID") != ::getpid()) return std::nullopt;
  const std::chrono::microseconds half{*limit / 2};
  return std::max(std::chrono::milliseconds{1}, std::chrono::duration_cast<std::chrono::milliseconds>(half));
}

const char* command_asking_for_service() {
  return "systemctl status patchstate";
}

}  // namespace patchstate
