// SPDX-License-Identifier: Apache-2.0
#include "platform/link_local_http_text.h"

#include <algorithm>

namespace patchstate {
namespace {

constexpr std::size_t kMaxHead = 16U << 10U;
constexpr std::size_t kMaxBody = 64U << 10U;
static_assert(kLongestAnswer == kMaxHead + kMaxBody);

/// Printable ASCII: a line break would begin another header, or another request.
bool fits_in_a_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
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

}  // namespace

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

bool is_whole_answer(std::string_view text) {
  return split(text).has_announced_length;
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

}  // namespace patchstate
