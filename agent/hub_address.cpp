// SPDX-License-Identifier: Apache-2.0
#include "agent/hub_address.h"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool all_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter_or_digit(c) || others.find(c) != std::string_view::npos; });
}

/// 127.0.0.0/8 in four parts, or ::1. A name is none: somebody else may say where it leads.
bool is_loopback(std::string_view host) {
  if (host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  int parts = 1;
  std::size_t digits = 0;
  for (const char c : host) {
    if (is_digit(c)) {
      if (++digits > 3) return false;
    } else {
      if (c != '.' || digits == 0) return false;
      digits = 0;
      ++parts;
    }
  }
  return parts == 4 && digits > 0;
}

bool is_host(std::string_view host) {
  if (host.starts_with('['))
    return host.size() > 3 && host.ends_with(']') && all_of(host.substr(1, host.size() - 2), ":.");
  return !host.empty() && all_of(host, ".-");
}

bool is_port(std::string_view port) {
  unsigned number = 0;
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == port.data() + port.size() && number >= 1 && number <= 65'535;
}

/// HOST[:PORT] up to the port; an IPv6 address keeps its brackets.
std::string_view host_of(std::string_view authority) {
  const auto bracket = authority.starts_with('[') ? std::min(authority.find(']'), authority.size()) : 0;
  return authority.substr(0, authority.find(':', bracket));
}

std::string problem_of(std::string_view url, std::string_view form, std::string_view others_in_path) {
  const bool is_plain = url.starts_with(kHttp);
  auto wrong = fmt::format("expected {}, not \"{}\"", form, masked(url, 200));
  if (!is_plain && !url.starts_with(kHttps)) return wrong;
  const std::string_view rest = url.substr(is_plain ? kHttp.size() : kHttps.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::string_view host = host_of(authority);
  if (!is_host(host) || !all_of(rest.substr(authority.size()), others_in_path)) return wrong;
  if (host.size() < authority.size() && !is_port(authority.substr(host.size() + 1))) return wrong;
  if (is_plain && !is_loopback(host))
    return fmt::format("plain http would show this host's key to the network; write https://{}", rest);
  return {};
}

}  // namespace

std::string problem_of_hub(std::string_view url) {
  return problem_of(url, kHubForm, "/._~-");
}

std::string_view host_in(std::string_view url) {
  const auto scheme = url.find("://");
  url.remove_prefix(scheme == std::string_view::npos ? 0 : scheme + 3);
  return host_of(url.substr(0, url.find_first_of("/?")));
}

std::string shown_address(std::string_view url) {
  const auto scheme = url.find("://");
  const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
  return masked(url.substr(0, url.find_first_of("/?#", start)), 200);
}

std::string problem_of_url(std::string_view url) {
  return problem_of(url, kWebForm, "/._~-?=&%+,:;@");
}

}  // namespace patchstate
