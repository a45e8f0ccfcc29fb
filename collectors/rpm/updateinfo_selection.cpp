// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/updateinfo_selection.h"

#include <algorithm>

#include "collectors/rpm/rpm_advisory.h"

namespace patchstate::rpm {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// Begin of the next tag of exactly that name ("<update", not "<updated").
std::size_t find_tag(std::string_view text, std::string_view tag, std::size_t at) {
  while (true) {
    at = text.find(tag, at);
    if (at == npos) return npos;
    const std::size_t end = at + tag.size();
    if (end < text.size() && (is_blank(text[end]) || text[end] == '>')) return at;
    at = end;
  }
}

/// Names and ids are made of these. What has others (an entity, blanks around it) must be read to be known.
bool is_plain(std::string_view word) {
  const auto is_usual = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '+' || c == ':';
  };
  return std::all_of(word.begin(), word.end(), is_usual);
}

using Words = std::set<std::string, std::less<>>;

bool may_be_one_of(std::string_view word, const Words& words) {
  return !is_plain(word) || words.contains(word);
}

/// Whether the value of an attribute called "name" is, or may be, one of `names`.
bool has_name_of(std::string_view update, const Words& names) {
  constexpr std::string_view kName = "name";
  for (auto at = update.find(kName); at != npos; at = update.find(kName, at)) {
    const bool is_whole = at > 0 && is_blank(update[at - 1]);
    at += kName.size();
    const auto sign = skip_blanks(update, at);
    if (!is_whole || sign >= update.size() || update[sign] != '=') continue;
    const auto quote = skip_blanks(update, sign + 1);
    if (quote >= update.size()) return true;
    const auto end = update.find(update[quote], quote + 1);
    if (end == npos || may_be_one_of(update.substr(quote + 1, end - quote - 1), names)) return true;
    at = end;
  }
  return false;
}

bool has_id_of(std::string_view update, const Words& ids) {
  for (auto at = update.find("<id"); at != npos; at = update.find("<id", at + 1)) {
    const auto begin = update.find('>', at);
    const auto end = begin == npos ? npos : update.find('<', begin);
    if (end == npos || may_be_one_of(update.substr(begin + 1, end - begin - 1), ids)) return true;
  }
  return false;
}

/// What is left of a text.
class Kept {
 public:
  explicit Kept(std::string_view whole) : rest_(whole) { text_.reserve(whole.size()); }

  /// `part` is one of the text; it stays if it begins in front of what was left out before.
  void leave_out(std::string_view part) {
    if (part.data() < rest_.data()) return;
    const auto before = static_cast<std::size_t>(part.data() - rest_.data());
    text_ += rest_.substr(0, before);
    text_.append(static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n')), '\n');
    rest_.remove_prefix(before + part.size());
  }

  std::string take() && {
    text_ += rest_;
    return std::move(text_);
  }

 private:
  std::string text_;
  std::string_view rest_;
};

/// Its text may have CVEs, also written as character references; in an element of it may be anything.
void leave_out_description(std::string_view update, Kept& kept) {
  constexpr std::string_view kBegin = "<description>";
  auto begin = update.find(kBegin);
  if (begin == npos) return;
  begin += kBegin.size();
  const auto end = update.find('<', begin);
  if (!update.substr(std::min(end, update.size())).starts_with("</description>")) return;
  const auto text = update.substr(begin, end - begin);
  if (text.find("&#") == npos && cves_in(text).empty()) kept.leave_out(text);
}

/// Each from its first to its last byte, if that is certain: no other begins before it ends.
void leave_out_packages(std::string_view update, const Words& names, Kept& kept) {
  constexpr std::string_view kBegin = "<package";
  constexpr std::string_view kEnd = "</package>";
  for (auto begin = find_tag(update, kBegin, 0); begin != npos;) {
    const auto next = find_tag(update, kBegin, begin + kBegin.size());
    const auto end = update.find(kEnd, begin);
    if (end == npos) return;
    const auto package = update.substr(begin, end + kEnd.size() - begin);
    if (end < next && package.find("reboot_suggested") == npos && !has_name_of(package, names)) kept.leave_out(package);
    begin = next;
  }
}

}  // namespace

std::optional<std::size_t> begin_of_elements(std::string_view xml) {
  constexpr std::string_view kDeclaration = "<?xml";
  constexpr std::string_view kEnd = "?>";
  if (!xml.starts_with(kDeclaration)) return xml.starts_with('<') ? std::optional<std::size_t>(0) : std::nullopt;
  const auto end = xml.find(kEnd);
  if (end == npos) return std::nullopt;
  const auto declaration = xml.substr(0, end);
  const bool names_utf8 = declaration.find("UTF-8") != npos || declaration.find("utf-8") != npos;
  if (!names_utf8 && declaration.find("encoding") != npos) return std::nullopt;
  return end + kEnd.size();
}

std::optional<std::string> without_unwanted_updates(std::string_view xml, const AdvisoryFilter& filter) {
  const auto elements = begin_of_elements(xml);
  if (!elements || xml.find("<!", *elements) != npos || xml.find("<?", *elements) != npos) return std::nullopt;
  Kept kept(xml);
  for (auto begin = find_tag(xml, "<update", 0); begin != npos;) {
    const auto end_tag = find_tag(xml, "</update", begin);
    const auto end = end_tag == npos ? npos : xml.find('>', end_tag);
    const auto next = find_tag(xml, "<update", begin + 1);
    if (end == npos || next < end) break;  // torn, or one in another: all that follows stays
    const auto update = xml.substr(begin, end + 1 - begin);
    if (has_id_of(update, filter.ids) || has_name_of(update, filter.package_names)) {
      leave_out_description(update, kept);
      leave_out_packages(update, filter.package_names, kept);
    } else {
      kept.leave_out(update);
    }
    begin = next;
  }
  return std::move(kept).take();
}

}  // namespace patchstate::rpm
