// SPDX-License-Identifier: Apache-2.0
// A server on 127.0.0.1 that behaves as a test says, well or badly. One connection at a time.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchstate::test {

class FakeHttpServer {
 public:
  /// What is sent for a request (its head, up to the empty line).
  struct Reply {
    std::string bytes;
    enum class Pace { at_once, byte_by_byte } pace = Pace::at_once;
    enum class Then { close, stay_open } then = Then::close;
  };
  using Answer = std::function<Reply(const std::string& request)>;

  explicit FakeHttpServer(Answer answer) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  FakeHttpServer(const FakeHttpServer&) = delete;
  FakeHttpServer& operator=(const FakeHttpServer&) = delete;
  ~FakeHttpServer() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
  }
  int port() const { return port_; }

  static std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

 private:
  static constexpr int kTickMs = 5;

  bool wait_for(int fd, short events) const {
    while (!stop_) {
      pollfd one{fd, events, 0};
      if (::poll(&one, 1, kTickMs) == 1) return true;
    }
    return false;
  }

  void serve() {
    while (wait_for(listener_, POLLIN)) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (client < 0) continue;
      std::string request;
      char piece[4096];
      while (request.find("\r\n\r\n") == std::string::npos && wait_for(client, POLLIN)) {
        const ssize_t got = ::recv(client, piece, sizeof piece, 0);
        if (got <= 0) break;
        request.append(piece, static_cast<std::size_t>(got));
      }
      send(client, answer_(request));
      ::close(client);
    }
  }

  void send(int client, const Reply& reply) const {
    std::string_view rest = reply.bytes;
    while (!rest.empty() && wait_for(client, POLLOUT)) {
      const bool slowly = reply.pace == Reply::Pace::byte_by_byte;
      const ssize_t sent = ::send(client, rest.data(), slowly ? 1 : rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(sent));
      if (slowly && is_closed(client, kTickMs)) return;
    }
    while (reply.then == Reply::Then::stay_open && !stop_ && !is_closed(client, kTickMs)) {
    }
  }

  /// Whether the client hung up, after waiting so long for it.
  static bool is_closed(int client, int wait_ms) {
    pollfd one{client, POLLIN, 0};
    char nothing = 0;
    return ::poll(&one, 1, wait_ms) == 1 && ::recv(client, &nothing, 1, MSG_DONTWAIT) <= 0;
  }

  Answer answer_;
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace patchstate::test
