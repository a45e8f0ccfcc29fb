// SPDX-License-Identifier: Apache-2.0
#include "platform/link_local_http.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <winsock2.h>
#include <ws2tcpip.h>

#include "platform/link_local_http_text.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

class Winsock {
 public:
  Winsock() : started_(::WSAStartup(MAKEWORD(2, 2), &data_) == 0) {}
  Winsock(const Winsock&) = delete;
  Winsock& operator=(const Winsock&) = delete;
  ~Winsock() {
    if (started_) ::WSACleanup();
  }
  explicit operator bool() const { return started_; }

 private:
  WSADATA data_{};
  bool started_;
};

class Socket {
 public:
  Socket() : socket_(::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)) {
    u_long not_blocking = 1;
    if (socket_ != INVALID_SOCKET) ::ioctlsocket(socket_, kFionbio, &not_blocking);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (socket_ != INVALID_SOCKET) ::closesocket(socket_);
  }
  SOCKET get() const { return socket_; }

 private:
  /// FIONBIO, which is written with a cast of the old kind.
  static constexpr long kFionbio = static_cast<long>(0x8004667E);
  SOCKET socket_;
};

bool wait_for(const Socket& socket, short events, Clock::time_point give_up) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(give_up - Clock::now()).count();
  if (left <= 0) return false;
  WSAPOLLFD fd{socket.get(), events, 0};
  return ::WSAPoll(&fd, 1, static_cast<int>(std::min<long long>(left, 60'000))) > 0;
}

bool connect_to(const Socket& socket, const LinkLocalRequest& request, Clock::time_point give_up) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (request.port < 1 || request.port > 65535) return false;
  address.sin_port = ::htons(static_cast<u_short>(request.port));
  if (::inet_pton(AF_INET, request.address.c_str(), &address.sin_addr) != 1) return false;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  if (::WSAGetLastError() != WSAEWOULDBLOCK || !wait_for(socket, POLLWRNORM, give_up)) return false;
  int error = 0;
  int length = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &length) == 0 && error == 0;
}

bool send_all(const Socket& socket, std::string_view text, Clock::time_point give_up) {
  while (!text.empty()) {
    if (!wait_for(socket, POLLWRNORM, give_up)) return false;
    const int sent = ::send(socket.get(), text.data(), static_cast<int>(text.size()), 0);
    if (sent < 0 && ::WSAGetLastError() != WSAEWOULDBLOCK) return false;
    text.remove_prefix(static_cast<std::size_t>(std::max(sent, 0)));
  }
  return true;
}

/// Everything up to the announced length or the end of the connection; nullopt: too much, too late, or broken off.
std::optional<std::string> receive_all(const Socket& socket, Clock::time_point give_up) {
  std::string text;
  std::array<char, 8192> piece{};
  while (wait_for(socket, POLLRDNORM, give_up)) {
    const int got = ::recv(socket.get(), piece.data(), static_cast<int>(piece.size()), 0);
    if (got == 0) return text;
    if (got < 0 && ::WSAGetLastError() == WSAEWOULDBLOCK) continue;
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
  const Winsock winsock;
  if (!text || !winsock) return std::nullopt;
  const Socket socket;
  if (!connect_to(socket, request, give_up) || !send_all(socket, *text, give_up)) return std::nullopt;
  const auto answer = receive_all(socket, give_up);
  return answer ? body_of_ok(*answer) : std::nullopt;
}

}  // namespace patchstate
