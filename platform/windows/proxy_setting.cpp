// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/proxy_setting.h"

#include <algorithm>

namespace patchstate {
namespace {

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// With `*` for any characters; letters of both cases are the same.
bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t left_out = 0; left_out <= text.size(); ++left_out)
      if (fits(pattern.substr(1), text.substr(left_out))) return true;
    return false;
  }
  return !text.empty() && small(pattern.front()) == small(text.front()) && fits(pattern.substr(1), text.substr(1));
}

/// Calls `take` with each part of the text; true when one of them was taken.
template <class Take>
bool any_part(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto part = text.substr(0, text.find_first_of("; \t\r\n"));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (!part.empty() && take(part)) return true;
  }
  return false;
}

bool is_exception(std::string_view exceptions, std::string_view host) {
  return any_part(exceptions, [&](std::string_view part) {
    if (part == "<local>") return host.find('.') == host.npos && host.find(':') == host.npos;
    return part.size() <= 256 && std::count(part.begin(), part.end(), '*') <= 4 && fits(part, host);
  });
}

}  // namespace

std::string proxy_of_setting(std::string_view proxies, std::string_view exceptions, std::string_view host) {
  if (is_exception(exceptions, host)) return {};
  std::string_view found;
  any_part(proxies, [&](std::string_view part) {
    const auto equals = part.find('=');
    if (equals == part.npos || part.substr(0, equals) == "https")
      found = part.substr(equals == part.npos ? 0 : equals + 1);
    return !found.empty();
  });
  if (found.empty()) return {};
  return found.find("://") == found.npos ? "http://" + std::string(found) : std::string(found);
}

}  // namespace patchstate
