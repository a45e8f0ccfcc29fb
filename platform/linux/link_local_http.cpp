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

#include "platform/linux/unique_fd.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxHead = 16U << 10U;
constexpr std::size_t kMaxBody = 64U << 10U;

/// Printable ASCII: a line break would begin another header, or another request.
bool fits_in_a_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<std::string> request_text(const LinkLocalRequest& request) {
  std::string text = request.method + " " + request.path + " HTTP/1.0\r\nHost: " + request.address + "\r\n";
  bool fits = fits_in_a_line(request.method) && fits_in_a_line(request.path) && fits_in_a_line(request.address) &&
              request.path.find(' ') == std::string::npos;
  for (const auto& [name, value] : request.headers) {
    fits = fits && fits_in_a_line(name) && fits_in_a_line(value);
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (!fits) return std::nullopt;
  return text + "\r\n";
}

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

/// The digits of a Content-Length header, empty when there is none.
std::string_view content_length(std::string_view head) {
  constexpr std::string_view kName = "\ncontent-length:";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  const auto found = std::search(head.begin(), head.end(), kName.begin(), kName.end(), same);
  if (found == head.end()) return {};
  head.remove_prefix(static_cast<std::size_t>(found - head.begin()) + kName.size());
  head.remove_prefix(std::min(head.find_first_not_of(" \t"), head.size()));
  return head.substr(0, head.find_first_not_of("0123456789"));
}

struct Answer {
  std::string_view head;
  std::string_view body;
  bool head_is_whole = false;
  bool has_announced_length = false;
};

Answer split(std::string_view text) {
  Answer answer;
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return answer;
  answer.head = text.substr(0, end);
  answer.body = text.substr(end + 4);
  answer.head_is_whole = true;
  answer.has_announced_length = content_length(answer.head) == std::to_string(answer.body.size());
  return answer;
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
    if (text.size() > kMaxHead + kMaxBody) return std::nullopt;
    if (split(text).has_announced_length) return text;
  }
  return std::nullopt;
}

// HTTP/1.1 200 OK
// Content-Type: application/json; charset=utf-8
// Content-Length: 17
//
// {"vmId":"0b7e…"}
std::optional<std::string> body_of_ok(std::string_view text) {
  constexpr std::size_t kStatusEnd = 12;
  const bool ok = text.size() > kStatusEnd && text.starts_with("HTTP/1.") && text.substr(8, 4) == " 200" &&
                  (text[kStatusEnd] == ' ' || text[kStatusEnd] == '\r');
  const Answer answer = split(text);
  if (!ok || !answer.head_is_whole || answer.head.size() > kMaxHead || answer.body.size() > kMaxBody)
    return std::nullopt;
  const bool cut_off = !content_length(answer.head).empty() && !answer.has_announced_length;
  return cut_off ? std::nullopt : std::optional(std::string(answer.body));
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
