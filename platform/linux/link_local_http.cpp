// SPDX-License-Identifier: Apache-2.0
#include "platform/link_local_http.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "platform/link_local_http_text.h"
#include "platform/linux/unique_fd.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

bool wait_for(const UniqueFd& socket, short events, Clock::time_point give_up) {
  pollfd fd{socket.get(), events, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(give_up - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = ::poll(&fd, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

UniqueFd connect_to(const LinkLocalRequest& request, Clock::time_point give_up) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (request.port < 1 || request.port > 65535) return {};
  address.sin_port = ::htons(static_cast<std::uint16_t>(request.port));
  if (::inet_pton(AF_INET, request.address.c_str(), &address.sin_addr) != 1) return {};
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  if (errno != EINPROGRESS || !wait_for(socket, POLLOUT, give_up)) return {};
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) return {};
  return socket;
}

bool send_all(const UniqueFd& socket, std::string_view text, Clock::time_point give_up) {
  while (!text.empty()) {
    if (!wait_for(socket, POLLOUT, give_up)) return false;
    const ssize_t sent = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR && errno != EAGAIN) return false;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  return true;
}

/// Everything up to the announced length or the end of the connection; nullopt: too much, too late, or broken off.
std::optional<std::string> receive_all(const UniqueFd& socket, Clock::time_point give_up) {
  std::string text;
  std::array<char, 8192> piece;
  while (wait_for(socket, POLLIN, give_up)) {
    const ssize_t got = ::recv(socket.get(), piece.data(), piece.size(), 0);
    if (got == 0) return text;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return std::nullopt;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kLongestAnswer) return std::nullopt;
    if (is_whole_answer(text)) return text;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fetch_link_local(const LinkLocalRequest& request, std::chrono::milliseconds deadline) {
  const auto give_up = Clock::now() + deadline;
  const auto text = request_text(request);
  if (!text) return std::nullopt;
  const UniqueFd socket = connect_to(request, give_up);
  if (!socket || !send_all(socket, *text, give_up)) return std::nullopt;
  const auto answer = receive_all(socket, give_up);
  return answer ? body_of_ok(*answer) : std::nullopt;
}

}  // namespace patchstate
