// SPDX-License-Identifier: Apache-2.0
#include "agent/redaction.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "assessment/assessment_json.h"

namespace patchstate {
namespace {

constexpr std::string_view kScheme = "://";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/// A word like "debian" or "mail" is a host's name as often as it is something else: it can't be taken out everywhere.
bool is_distinct(std::string_view name) {
  return name.find_first_of(".-0123456789") != std::string_view::npos;
}

/// Archives that everybody uses tell nothing about a machine, and rules look at them.
bool is_public(std::string_view host) {
  static constexpr std::array<std::string_view, 4> kDomains{".debian.org", ".ubuntu.com", ".example.org", ".example"};
  return std::any_of(kDomains.begin(), kDomains.end(), [&](auto domain) { return host.ends_with(domain); });
}

/// Whether the name at [begin, end) stands for itself rather than in a longer one. A name that may be any word counts
/// only as the host of a URL or at the start of the name of an apt list (mirror_debian_dists_…).
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  const char before = begin == 0 ? ' ' : text[begin - 1];
  const char after = end == text.size() ? ' ' : text[end];
  if (is_name_character(before) || (is_name_character(after) && after != '.')) return false;
  if (after == '.' && end + 1 < text.size() && is_name_character(text[end + 1])) return false;
  if (is_distinct(text.substr(begin, end - begin))) return true;
  return text.substr(0, begin).ends_with(kScheme) || (after == '_' && (before == '/' || before == '"'));
}

enum class Where { anywhere, where_it_stands_alone };

std::string replaced(std::string_view text, std::string_view name, std::string_view replacement, Where where) {
  std::string out;
  std::size_t from = 0;
  if (name.empty()) return std::string(text);
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, from)) {
    const auto end = at + name.size();
    out += text.substr(from, at - from);
    out += where == Where::anywhere || stands_alone(text, at, end) ? replacement : name;
    from = end;
  }
  return out += text.substr(from);
}

/// `masked` leaves the user's name: "https://joe:***@host/" becomes "https://***@host/".
std::string without_users(std::string text) {
  for (auto at = text.find(kScheme); at != std::string::npos; at = text.find(kScheme, at)) {
    at += kScheme.size();
    const auto end = text.find_first_of("/@ \t\n\"'<>", at);
    if (end != std::string::npos && text[end] == '@') text.replace(at, end - at, "***");
  }
  return text;
}

}  // namespace

void Redaction::learn(std::string_view text) {
  for (auto at = text.find(kScheme); at != std::string_view::npos; at = text.find(kScheme, at)) {
    at += kScheme.size();
    const auto authority = text.substr(at, text.find_first_of("/ \t\n\"'<>\\", at) - at);
    const auto user_end = authority.rfind('@');
    auto host = user_end == std::string_view::npos ? authority : authority.substr(user_end + 1);
    const auto end = std::find_if_not(host.begin(), host.end(), is_name_character);
    host = host.substr(0, static_cast<std::size_t>(end - host.begin()));
    if (host.empty() || is_public(host) || std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end()) continue;
    hosts_.emplace_back(host);
  }
}

std::string Redaction::apply(std::string_view text) const {
  // Room for every byte to become a replacement character.
  return without_names(without_users(masked(text, text.size() * 4 + 64)));
}

std::string Redaction::without_names(std::string out) const {
  const auto replace = [&out](std::string_view name, std::string_view replacement, Where where) {
    out = replaced(out, name, replacement, where);
  };
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    replace(hosts_[i], fmt::format("host{}.example.org", i + 1), Where::where_it_stands_alone);
  const std::string_view hostname = identity_.hostname;
  replace(hostname, "host", Where::where_it_stands_alone);
  replace(hostname.substr(0, hostname.find('.')), "host", Where::where_it_stands_alone);
  replace(identity_.machine_id, "00000000000000000000000000000001", Where::anywhere);
  replace(identity_.host_id, "00000000-0000-4000-8000-000000000001", Where::anywhere);
  return out;
}

}  // namespace patchstate
