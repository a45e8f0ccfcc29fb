// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_hook.h"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collectors/apt/apt_hook_output.h"

namespace patchstate::apt {
namespace {

using Clock = std::chrono::steady_clock;

/// A plan has some 800 bytes for each package.
constexpr std::size_t kLongestMessage = 64U << 20U;

/// Lines from a socket, with a deadline for all of them together.
class LineSocket {
 public:
  LineSocket(int fd, Clock::time_point until) : fd_(fd), until_(until) {}

  /// nullopt: the other side is gone, is too slow, or sends too much.
  std::optional<std::string> read_line() {
    while (true) {
      if (const auto end = buffer_.find('\n', searched_); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        searched_ = 0;
        return line;
      }
      searched_ = buffer_.size();
      if (buffer_.size() > kLongestMessage || !fill()) return std::nullopt;
    }
  }

  bool write(std::string_view text) {
    while (!text.empty()) {
      const auto written = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

 private:
  bool fill() {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now()).count();
    pollfd waiting{fd_, POLLIN, 0};
    const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) return true;
    if (ready <= 0) return false;
    char chunk[65536];
    const auto got = read(fd_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  Clock::time_point until_;
  std::string buffer_;
  std::size_t searched_ = 0;
};

/// Begins with a line end: whatever apt or another hook left half written must not join our line.
bool hand_through(const std::string& plan, std::FILE* out) {
  const std::string text = "\n" + std::string(kHookMark) + plan + "\n";
  return std::fwrite(text.data(), 1, text.size(), out) == text.size() && std::fflush(out) == 0;
}

}  // namespace

int run_apt_hook(int socket_fd, std::FILE* out, std::chrono::milliseconds deadline) {
  LineSocket apt(socket_fd, Clock::now() + deadline);
  while (const auto line = apt.read_line()) {
    if (line->empty()) continue;
    const auto message = read_hook_message(*line);
    if (!message) return 1;
    switch (message->kind) {
      case HookMessage::Kind::hello:
        if (message->reply.empty() || !apt.write(message->reply)) return 1;
        break;
      case HookMessage::Kind::plan:
        if (!hand_through(*line, out)) return 1;
        break;
      case HookMessage::Kind::bye:
        return 0;
      case HookMessage::Kind::other:
        break;
    }
  }
  return 1;
}

int apt_hook_socket() {
  const char* const text = std::getenv("APT_HOOK_SOCKET");
  int fd = -1;
  if (text == nullptr) return -1;
  const std::string_view digits = text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
  return error == std::errc() && end == digits.data() + digits.size() && fd >= 0 ? fd : -1;
}

}  // namespace patchstate::apt
