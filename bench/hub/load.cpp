// SPDX-License-Identifier: Apache-2.0
#include "bench/hub/load.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchstate::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Connection {
  int fd = -1;
  bool busy = false;
  std::string_view unsent;
  std::string answer;
  Clock::time_point due;
};

int connected(const std::string& host_port) {
  const auto colon = host_port.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(host_port.substr(colon + 1))));
  inet_pton(AF_INET, host_port.substr(0, colon).c_str(), &address.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot connect to " + host_port);
  return fd;
}

class Load {
 public:
  Load(const std::string& host_port, std::size_t connections) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.resize(connections);
    for (std::size_t index = 0; index < connections; ++index) {
      connections_[index].fd = connected(host_port);
      epoll_event event{EPOLLIN, {}};
      event.data.u64 = index;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[index].fd, &event);
    }
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() {
    for (const auto& connection : connections_) close(connection.fd);
    close(epoll_);
  }

  LoadResult run(const std::vector<std::string>& requests, double rate, double seconds) {
    const auto start = Clock::now();
    std::vector<double> latencies;
    std::size_t next = 0;
    std::size_t open = 0;
    while (true) {
      const auto now = Clock::now();
      const bool over = Seconds(now - start).count() >= seconds || next == requests.size();
      if (over && open == 0) break;
      if (!over) next = send_due(requests, next, rate, start, now, open);
      receive(rate, latencies, open);
    }
    result_.seconds = Seconds(Clock::now() - start).count();
    std::sort(latencies.begin(), latencies.end());
    if (!latencies.empty()) {
      result_.p50_ms = latencies[latencies.size() / 2] * 1e3;
      result_.p99_ms = latencies[latencies.size() * 99 / 100] * 1e3;
    }
    return result_;
  }

 private:
  std::size_t send_due(const std::vector<std::string>& requests, std::size_t next, double rate, Clock::time_point start,
                       Clock::time_point now, std::size_t& open) {
    const auto due_by_now =
        rate > 0 ? std::min(requests.size(), static_cast<std::size_t>(Seconds(now - start).count() * rate))
                 : requests.size();
    for (auto& connection : connections_) {
      if (next >= due_by_now) break;
      if (connection.busy) continue;
      connection.busy = true;
      connection.due =
          rate > 0 ? start + std::chrono::duration_cast<Clock::duration>(Seconds(static_cast<double>(next) / rate))
                   : now;
      connection.answer.clear();
      for (std::string_view rest = requests[next]; !rest.empty();) {
        const ssize_t sent = send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw std::system_error(errno, std::generic_category(), "send");
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
      ++open;
      ++next;
    }
    return next;
  }

  void receive(double rate, std::vector<double>& latencies, std::size_t& open) {
    epoll_event events[256];
    const int count = epoll_wait(epoll_, events, 256, rate > 0 ? 1 : 100);
    for (int index = 0; index < count; ++index) {
      Connection& connection = connections_[events[index].data.u64];
      char buffer[4096];
      const ssize_t got = recv(connection.fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (got <= 0) throw std::runtime_error("the hub closed a connection");
      connection.answer.append(buffer, static_cast<std::size_t>(got));
      if (!is_whole(connection.answer)) continue;
      ++result_.answered;
      if (connection.answer.find(" 202 ") < 16) ++result_.accepted;
      if (connection.answer.find("\"sendFull\":true") != std::string::npos) ++result_.send_full;
      latencies.push_back(Seconds(Clock::now() - connection.due).count());
      connection.busy = false;
      --open;
    }
  }

  static bool is_whole(const std::string& answer) {
    const auto head = answer.find("\r\n\r\n");
    const auto field = answer.find("Content-Length: ");
    if (head == std::string::npos || field == std::string::npos) return false;
    return answer.size() >= head + 4 + std::stoul(answer.substr(field + std::strlen("Content-Length: "), 20));
  }

  int epoll_;
  std::vector<Connection> connections_;
  LoadResult result_;
};

}  // namespace

LoadResult run_load(const std::string& host_port, const std::vector<std::string>& requests, double rate, double seconds,
                    std::size_t connections) {
  return Load(host_port, connections).run(requests, rate, seconds);
}

}  // namespace patchstate::bench
