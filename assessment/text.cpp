// SPDX-License-Identifier: Apache-2.0
// Text from outside: made printable, and rid of secrets. One pass each, no regular expression, no recursion.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "assessment/assessment_json.h"
#include "assessment/utf8.h"

namespace patchstate {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kBell = '\x07';
constexpr std::size_t kLongestWord = 2048;  ///< how far ahead is looked, so that hostile input costs linear time

std::size_t skip_while(std::string_view text, std::size_t at, char low, char high) {
  while (at < text.size() && text[at] >= low && text[at] <= high) ++at;
  return at;
}

/// End of the rest of a control sequence (ECMA-48 5.4), after its introducer: parameters, intermediates, final byte.
std::size_t after_control_sequence(std::string_view text, std::size_t at) {
  at = skip_while(text, at, '0', '?');
  at = skip_while(text, at, ' ', '/');
  return at < text.size() && text[at] >= '@' && text[at] <= '~' ? at + 1 : at;
}

/// End of the escape sequence that starts at `at`: "\x1b[1;31m", "\x1b(B", "\x1b]0;title\x07". A string without an end
/// (title, hyperlink) loses its introducer only: the rest of a message is never swallowed.
std::size_t after_escape(std::string_view text, std::size_t at) {
  ++at;
  if (at >= text.size()) return at;
  if (text[at] == '[') return after_control_sequence(text, at + 1);
  if (std::string_view("]PX^_").find(text[at]) != std::string_view::npos) {
    const std::string_view string = text.substr(at + 1, kLongestWord);
    const std::size_t end = string.find_first_of(std::string_view("\x07\x1b\n", 3));
    if (end == std::string_view::npos) return at + 1;
    if (string[end] == kBell) return at + 1 + end + 1;
    return string.substr(end).starts_with("\x1b\\") ? at + 1 + end + 2 : at + 1;
  }
  at = skip_while(text, at, ' ', '/');
  return at < text.size() && text[at] >= '0' && text[at] <= '~' ? at + 1 : at;
}

/// C0 and C1 controls, and the invisible marks that reorder a line so that it reads as something else.
bool is_dropped(char32_t c) {
  return (c < 0x20 && c != U'\t' && c != U'\n') || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_space_or_quote(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '"' || c == '\'' || c == '<' || c == '>';
}

std::size_t find_end(std::string_view text, std::size_t at, auto&& is_end) {
  while (at < text.size() && !is_end(text[at])) ++at;
  return at;
}

/// The '@' behind user information, in a word that begins like host:port, with a path behind it, or like user:password,
/// where the password begins with digits and holds a slash. An '@' of a path is taken for it, and too much masked,
/// rather than a password shown; only what begins a path segment and is no host name (npm's "/@scope/name") is known
/// for a path.
std::size_t at_sign_behind_digits(std::string_view word) {
  for (std::size_t at = word.rfind('@'); at != std::string_view::npos; at = word.substr(0, at).rfind('@')) {
    if (at == 0 || word[at - 1] != '/') return at;
    const std::string_view behind = word.substr(at + 1);
    if (behind.substr(0, behind.find('/')).find('.') != std::string_view::npos) return at;
  }
  return std::string_view::npos;
}

/// Length of the user information before a host, without its '@'; npos when there is none. `rest` starts behind "://".
/// A password may hold an unescaped '@' (the last one counts) or, against the rules, '/', '?' or '#'.
std::size_t user_information(std::string_view rest) {
  rest = rest.substr(0, kLongestWord);
  const std::string_view word = rest.substr(0, find_end(rest, 0, is_space_or_quote));
  const std::string_view authority = word.substr(0, word.find_first_of("/?#\\"));
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) return at;
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos || authority.front() == '[') return std::string_view::npos;
  const std::string_view port = authority.substr(colon + 1);
  const bool is_port = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_port ? at_sign_behind_digits(word) : word.rfind('@');
}

/// Whether a parameter of this name carries a secret: sig, X-Amz-Signature, access_token, apikey, client_secret, …
bool names_a_secret(std::string_view name) {
  static constexpr auto kEndings = std::to_array<std::string_view>({"sig", "key", "pass", "pwd", "auth"});
  static constexpr auto kParts =
      std::to_array<std::string_view>({"token", "secret", "password", "passwd", "signature", "credential"});
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(), lower);
  return std::any_of(kEndings.begin(), kEndings.end(), [&](auto ending) { return folded.ends_with(ending); }) ||
         std::any_of(kParts.begin(), kParts.end(), [&](auto part) { return folded.find(part) != std::string::npos; });
}

bool is_name_character(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// The parameter name that `out` ends with. Names are short; a longer run of letters is looked at from its end only.
std::string_view name_at_end(std::string_view out) {
  constexpr std::size_t kLongest = 64;
  std::size_t begin = out.size();
  while (begin > 0 && out.size() - begin < kLongest && is_name_character(out[begin - 1])) --begin;
  return out.substr(begin);
}

std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (at < text.size() && (text[at] == '"' || text[at] == '\''))
    return find_end(text, at + 1, [quote = text[at]](char c) { return c == quote || c == '\n'; });
  return find_end(text, at, [](char c) { return c == '&' || is_space_or_quote(c); });
}

void cut(std::string& text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xC0U) == 0x80U) --max_bytes;
  text.resize(max_bytes);
}

/// What it begins with.
std::string_view printable_at(std::string_view text) {
  return text.substr(0, find_end(text, 0, [](char c) { return c < ' ' || c > '~'; }));
}

}  // namespace

std::string clean_text(std::string_view bytes, std::size_t max_bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size() && out.size() <= max_bytes;) {
    // Nearly all is printable ASCII: name by name, version by version.
    const auto plain = printable_at(bytes.substr(at, max_bytes + 1 - out.size()));
    out += plain;
    at += plain.size();
    if (!plain.empty()) continue;
    if (bytes[at] == kEscape) {
      at = after_escape(bytes, at);
      continue;
    }
    const CodePoint point = code_point_at(bytes, at);
    const std::string_view sequence = bytes.substr(at, point.length);
    at += point.length;
    if (!point.valid)
      out += kReplacement;
    else if (point.value == U'\r' || point.value == 0x2028 || point.value == 0x2029)
      out += at < bytes.size() && bytes[at] == '\n' ? "" : "\n";
    else if (point.value == 0x9B)
      at = after_control_sequence(bytes, at);
    else if (!is_dropped(point.value))
      out += sequence;
  }
  cut(out, max_bytes);
  return out;
}

std::string masked(std::string_view text, std::size_t max_bytes) {
  // Masked before it is cut: half a URL no longer shows that what it begins with is a password.
  const std::string clean = clean_text(text, text.size() * kReplacement.size());
  const std::string_view rest = clean;
  std::string out;
  for (std::size_t at = 0; at < rest.size() && out.size() <= max_bytes;) {
    if (rest.substr(at).starts_with("://")) {
      out += "://";
      at += 3;
      const std::size_t length = user_information(rest.substr(at));
      if (length == std::string_view::npos) continue;
      const std::size_t colon = rest.substr(at, length).find(':');
      if (colon != std::string_view::npos) out += rest.substr(at, colon + 1);
      out += "***";
      at += length;
    } else if (rest[at] == '=' && names_a_secret(name_at_end(out))) {
      const std::size_t end = end_of_value(rest, at + 1);
      out += end > at + 1 ? "=***" : "=";
      at = end;
    } else {
      const auto next = find_end(rest, at + 1, [](char c) { return c == ':' || c == '='; });
      out += rest.substr(at, next - at);
      at = next;
    }
  }
  cut(out, max_bytes);
  return out;
}

}  // namespace patchstate
