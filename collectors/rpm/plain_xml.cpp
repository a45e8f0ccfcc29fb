// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/plain_xml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "assessment/utf8.h"

namespace patchstate::rpm {
namespace {

constexpr auto npos = std::string_view::npos;

/// As createrepo_c, Red Hat, SUSE and zypper write it.
constexpr std::array<std::string_view, 6> kDeclarations = {R"(<?xml version="1.0" encoding="UTF-8"?>)",
                                                           R"(<?xml version="1.0" encoding="utf-8"?>)",
                                                           R"(<?xml version='1.0' encoding='UTF-8'?>)",
                                                           R"(<?xml version='1.0' encoding='utf-8'?>)",
                                                           R"(<?xml version="1.0"?>)",
                                                           R"(<?xml version='1.0'?>)"};
constexpr std::size_t kLongestDeclaration = kDeclarations[0].size();

enum Class : std::uint8_t { blank = 1, name_start = 2, name = 4, in_value = 8, in_text = 16 };

/// What each byte may be part of without a second look. Carriage returns are not: XML turns them into line ends.
constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = ' '; c < 0x80; ++c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
    const bool is_name = is_letter || (c >= '0' && c <= '9') || c == '-' || c == '.';
    unsigned classes_of_c = 0;
    if (is_letter) classes_of_c |= name_start;
    if (is_name) classes_of_c |= name;
    if (c != '&' && c != '<' && c != '"' && c != '\'') classes_of_c |= in_value;
    if (c != '&' && c != '<' && c != '>') classes_of_c |= in_text;
    classes[c] = static_cast<std::uint8_t>(classes_of_c);
  }
  classes[' '] |= blank;
  classes['\n'] = classes['\t'] = blank | in_text;
  return classes;
}();

bool is(Class one, char c) {
  return (kClasses[static_cast<unsigned char>(c)] & one) != 0;
}

bool are_all(Class one, std::string_view text) {
  return std::all_of(text.begin(), text.end(), [one](char c) { return is(one, c); });
}

/// As are_all(in_text, …), but eight bytes at a time: most of all bytes are descriptions.
bool is_plain_text(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x80 * kOnes;
  const auto has_less = [](std::uint64_t bytes, std::uint64_t than) { return (bytes - than * kOnes) & ~bytes & kHigh; };
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data(), sizeof bytes);
    const std::uint64_t special = (bytes & kHigh) | has_less(bytes, ' ') | has_less(bytes ^ ('&' * kOnes), 1) |
                                  has_less(bytes ^ ('>' * kOnes), 1);
    if (special != 0 && !are_all(in_text, text.substr(0, sizeof bytes))) return false;
    text.remove_prefix(sizeof bytes);
  }
  return are_all(in_text, text);
}

/// What stands between "&" and ";". Of characters by their number those of ASCII.
std::optional<char> meant_by(std::string_view reference) {
  if (reference == "amp") return '&';
  if (reference == "lt") return '<';
  if (reference == "gt") return '>';
  if (reference == "quot") return '"';
  if (reference == "apos") return '\'';
  if (!reference.starts_with('#')) return std::nullopt;
  reference.remove_prefix(1);
  const bool is_hex = reference.starts_with('x');
  if (is_hex) reference.remove_prefix(1);
  unsigned value = 0;
  const char* const last = reference.data() + reference.size();
  const auto [end, error] = std::from_chars(reference.data(), last, value, is_hex ? 16 : 10);
  if (error != std::errc() || end != last || value > 0x7F) return std::nullopt;
  if (value < ' ' && value != '\n' && value != '\t' && value != '\r') return std::nullopt;
  return static_cast<char>(value);
}

/// XML 1.0, 2.2, but for the carriage return.
bool is_character(const CodePoint& one) {
  return one.valid && (one.value >= 0x20 || one.value == '\n' || one.value == '\t') && one.value != 0xFFFE &&
         one.value != 0xFFFF;
}

/// Appends what `raw` says, which is between two quotes or two tags. False: it is not plain.
bool decode(std::string_view raw, Class where, std::string& out) {
  for (std::size_t at = 0; at < raw.size();) {
    if (is(where, raw[at])) {
      out += raw[at++];
    } else if (raw[at] == '&') {
      const auto end = std::min(raw.find(';', at), raw.size());
      const auto meant = meant_by(raw.substr(at + 1, end - at - 1));
      if (!meant || end == raw.size()) return false;
      out += *meant;
      at = end + 1;
    } else {
      const CodePoint one = code_point_at(raw, at);
      // In a value XML makes a space of them.
      const bool is_changed = where == in_value && is(blank, raw[at]);
      const bool is_forbidden = where == in_value ? raw[at] == '<' : raw.substr(0, at + 1).ends_with("]]>");
      if (!is_character(one) || is_changed || is_forbidden) return false;
      out += raw.substr(at, one.length);
      at += one.length;
    }
  }
  return true;
}

}  // namespace

/// A place in a piece.
struct PlainXml::Cursor {
  std::string_view text;
  std::size_t at = 0;

  bool is_at_end() const { return at == text.size(); }
  char here() const { return text[at]; }
  bool take(char c) {
    if (is_at_end() || here() != c) return false;
    ++at;
    return true;
  }
  std::string_view take_all(Class one) {
    const auto begin = at;
    while (!is_at_end() && is(one, here())) ++at;
    return text.substr(begin, at - begin);
  }
};

std::optional<std::size_t> PlainXml::take(std::string_view piece) {
  std::size_t at = 0;
  if (const Step step = begin(piece, at); step != Step::taken)
    return step == Step::incomplete ? std::optional<std::size_t>(0) : std::nullopt;
  while (true) {
    const auto next = piece.find('<', at);
    if (next == npos) break;
    if (!text(piece.substr(at, next - at))) return std::nullopt;
    at = next;
    Cursor cursor{piece, at + 1};
    place_ = taken_ + at;
    const Step step = tag(cursor);
    if (step == Step::not_plain) return std::nullopt;
    if (step == Step::incomplete) break;
    at = cursor.at;
  }
  taken_ += at;
  return at;
}

bool PlainXml::ends(std::string_view rest) {
  const auto taken = take(rest);
  return taken && has_root_ && depth_ == 0 && are_all(blank, rest.substr(*taken));
}

PlainXml::Step PlainXml::begin(std::string_view piece, std::size_t& begin) {
  if (has_begun_) return Step::taken;
  if (piece.starts_with("<?") || piece.size() < 2) {
    const auto* const declaration =
        std::find_if(kDeclarations.begin(), kDeclarations.end(), [&](auto one) { return piece.starts_with(one); });
    if (declaration == kDeclarations.end())
      return piece.size() < kLongestDeclaration ? Step::incomplete : Step::not_plain;
    begin = declaration->size();
  } else if (!piece.starts_with('<')) {
    return Step::not_plain;
  }
  has_begun_ = true;
  return Step::taken;
}

bool PlainXml::text(std::string_view raw) {
  if (depth_ == 0) return are_all(blank, raw);
  std::string& kept = open_[depth_ - 1].text;
  if (is_plain_text(raw))
    kept += raw;
  else if (!decode(raw, in_text, kept))
    return false;
  if (kept.size() > kLongestXmlText) kept.resize(kLongestXmlText);
  return true;
}

PlainXml::Step PlainXml::tag(Cursor& at) {
  if (at.is_at_end()) return Step::incomplete;
  return at.take('/') ? end_tag(at) : begin_tag(at);
}

PlainXml::Step PlainXml::begin_tag(Cursor& at) {
  if (!is(name_start, at.here())) return Step::not_plain;
  const auto element = at.take_all(name);
  attributes_.clear();
  decoded_.clear();
  while (true) {
    const bool is_parted = !at.take_all(blank).empty();
    if (at.is_at_end()) return Step::incomplete;
    if (at.take('>')) return open(element, false);
    if (at.take('/')) return at.is_at_end() ? Step::incomplete : at.take('>') ? open(element, true) : Step::not_plain;
    if (!is_parted || !is(name_start, at.here())) return Step::not_plain;
    if (const Step step = attribute(at); step != Step::taken) return step;
  }
}

PlainXml::Step PlainXml::attribute(Cursor& at) {
  const auto key = at.take_all(name);
  if (at.is_at_end()) return Step::incomplete;
  if (!at.take('=')) return Step::not_plain;
  if (at.is_at_end()) return Step::incomplete;
  const char quote = at.here();
  if (quote != '"' && quote != '\'') return Step::not_plain;
  ++at.at;
  const auto begin = at.at;
  auto value = at.take_all(in_value);
  if (at.is_at_end()) return Step::incomplete;
  if (at.here() != quote) {
    const auto end = at.text.find(quote, at.at);
    if (end == npos) return Step::incomplete;
    std::string& written = decoded_.emplace_back();
    if (!decode(at.text.substr(begin, end - begin), in_value, written)) return Step::not_plain;
    value = written;
    at.at = end;
  }
  ++at.at;
  for (const auto& other : attributes_)
    if (other.name == key) return Step::not_plain;
  attributes_.push_back({key, value});
  return Step::taken;
}

PlainXml::Step PlainXml::open(std::string_view name, bool is_empty) {
  if (depth_ == kDeepestXml || (depth_ == 0 && has_root_)) return Step::not_plain;
  has_root_ = true;
  const auto local = without_prefix(name);
  events_.start({local, attributes_, place_});
  if (is_empty) {
    events_.end(local, {});
    return Step::taken;
  }
  if (open_.size() == depth_) open_.emplace_back();
  Open& one = open_[depth_++];
  one.name = name;
  one.prefix = name.size() - local.size();
  one.text.clear();
  return Step::taken;
}

PlainXml::Step PlainXml::end_tag(Cursor& at) {
  if (depth_ == 0) return Step::not_plain;
  const Open& one = open_[depth_ - 1];
  if (at.text.size() - at.at <= one.name.size()) return Step::incomplete;
  if (at.text.compare(at.at, one.name.size(), one.name) != 0) return Step::not_plain;
  at.at += one.name.size();
  at.take_all(blank);
  if (at.is_at_end()) return Step::incomplete;
  if (!at.take('>')) return Step::not_plain;
  --depth_;
  events_.end(std::string_view(one.name).substr(one.prefix), one.text);
  return Step::taken;
}

bool read_plain_xml(std::string_view xml, XmlEvents& events) {
  return PlainXml(events).ends(xml);
}

}  // namespace patchstate::rpm
