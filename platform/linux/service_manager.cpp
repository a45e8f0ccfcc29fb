// SPDX-License-Identifier: Apache-2.0
#include "platform/service_manager.h"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/linux/unique_fd.h"

namespace patchstate {
namespace {

/// A manager that does not read must not hold us up.
constexpr timeval kLongestSend{1, 0};

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

void tell_service_manager(const std::string& state) {
  const std::string_view name = from_environment("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() < 2 || name.size() >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@')) return;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';  // the name of an abstract socket
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kLongestSend, sizeof kLongestSend);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  [[maybe_unused]] const ssize_t sent = ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                                 reinterpret_cast<const sockaddr*>(&address), length);
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

}  // namespace patchstate
