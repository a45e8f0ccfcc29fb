// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/package_list_output.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "collectors/dnf/dnf_lines.h"

namespace patchstate::dnf {
namespace {

/// Needed only where a row is wrapped behind its first word; elsewhere any architecture goes (edge-37).
constexpr std::array<std::string_view, 27> kArchitectures = {
    "noarch",  "x86_64",   "x86_64_v2", "x86_64_v3", "i386",        "i486",     "i586",     "i686",   "athlon",
    "aarch64", "armv5tel", "armv6hl",   "armv7l",    "armv7hl",     "armv7hnl", "armhfp",   "ppc",    "ppc64",
    "ppc64le", "s390",     "s390x",     "riscv64",   "loongarch64", "ia64",     "mips64el", "mipsel", "sparc64"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit);
}

struct NameArch {
  std::string name;
  std::string arch;
};

/// "cross-i686.x86_64" is the package cross-i686 (edge-38): the architecture is behind the last dot.
std::optional<NameArch> name_arch(const std::string& word) {
  const auto dot = word.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == word.size()) return std::nullopt;
  const auto in_name = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' ||
           c == '+';
  };
  const auto in_arch = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_'; };
  if (!std::all_of(word.begin(), word.end(), in_name)) return std::nullopt;
  if (!std::all_of(word.begin() + static_cast<std::ptrdiff_t>(dot) + 1, word.end(), in_arch)) return std::nullopt;
  return NameArch{word.substr(0, dot), word.substr(dot + 1)};
}

bool has_known_arch(const NameArch& one) {
  return std::find(kArchitectures.begin(), kArchitectures.end(), one.arch) != kArchitectures.end();
}

/// "2:1.26-34.el7": a version and a release.
bool is_evr(const std::string& word) {
  const auto evr = rpm::parse_evr(word);
  if (evr.version.empty() || evr.release.empty() || !has_digit(word)) return false;
  return std::all_of(word.begin(), word.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' ||
           c == '+' || c == '~' || c == '^' || c == ':';
  });
}

/// The words of a row as far as they have come.
struct OpenRow {
  std::vector<std::string> words;
  std::string text;
  bool indented = false;
};

class Reader {
 public:
  void line(std::string_view raw) {
    const std::string text = plain_line(raw);
    const auto words = words_of(text);
    if (words.empty()) return;
    if (continues_row(words)) return;
    close();
    const auto first = name_arch(words[0]);
    const bool row = first && words.size() >= 2 && is_evr(words[1]);
    const bool start = first && words.size() == 1 && has_known_arch(*first);
    if (row || start) {
      open_ = {words, text, text.front() == ' ' || text.front() == '\t'};
      if (words.size() >= 3) close();
    } else if (!is_chatter(text)) {
      other(text, first && has_known_arch(*first));
    }
  }

  PackageList list() {
    close();
    list_.not_understood = not_understood_.take();
    return std::move(list_);
  }

 private:
  /// The second or third line of a wrapped row.
  bool continues_row(const std::vector<std::string>& words) {
    if (open_.words.empty()) return false;
    if (name_arch(words[0]) && words.size() > 1 && is_evr(words[1])) return false;  // a whole row of its own
    if (open_.words.size() == 1 && !is_evr(words[0])) return false;
    // What follows name and version is a repository, one word alone.
    if (open_.words.size() == 2 && words.size() != 1) return false;
    open_.words.insert(open_.words.end(), words.begin(), words.end());
    if (open_.words.size() >= 3) close();
    return true;
  }

  void close() {
    if (open_.words.empty()) return;
    const OpenRow row = std::exchange(open_, {});
    const auto name = name_arch(row.words[0]);
    if (!name || row.words.size() < 3 || !is_evr(row.words[1])) {
      not_understood_.add(row.text);
      return;
    }
    add({{name->name, rpm::parse_evr(row.words[1]), name->arch}, row.words[2]}, row.indented);
  }

  /// An indented row is what the row above it replaces; that one is no update then, whatever the language of the
  /// heading.
  void add(PackageRow row, bool indented) {
    if (indented && last_replaces_) {
      list_.replacements.back().replaced.push_back(std::move(row));
    } else if (indented && !list_.rows.empty()) {
      list_.replacements.push_back({std::move(list_.rows.back()), {std::move(row)}});
      list_.rows.pop_back();
      last_replaces_ = true;
    } else if (obsoleting_) {
      list_.replacements.push_back({std::move(row), {}});
      last_replaces_ = true;
    } else {
      list_.rows.push_back(std::move(row));
      last_replaces_ = false;
    }
  }

  /// A heading, or a line that should have been a row. Without a digit it can't be one: there is no version in it.
  void other(const std::string& text, bool starts_like_row) {
    const std::string plain = lower(text);
    if (plain.starts_with("obsolet") || plain.starts_with("veraltet")) {
      obsoleting_ = true;  // edge-34
    } else if (starts_like_row || has_digit(text)) {
      not_understood_.add(text);
    } else {
      obsoleting_ = false;
    }
  }

  PackageList list_;
  OpenRow open_;
  bool obsoleting_ = false;
  bool last_replaces_ = false;
  NotUnderstood not_understood_;
};

}  // namespace

// Available Upgrades
// libxcrypt.x86_64                      4.4.33-3.fc35                      updates
// Obsoleting Packages
// grub2-tools-efi.x86_64              1:2.02-164.0.2.el8_10               ol8_baseos_latest
//     grub2-tools.x86_64              1:2.02-160.0.1.el8_10               @System
PackageList parse_package_list(std::string_view text) {
  Reader reader;
  for_each_line(text, [&](std::string_view line) { reader.line(line); });
  return reader.list();
}

std::vector<PackageRow> newest_of_each(const std::vector<PackageRow>& rows) {
  std::vector<PackageRow> newest;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const auto& row : rows) {
    const auto [at, fresh] = known.try_emplace({row.package.name, row.package.arch}, newest.size());
    if (fresh)
      newest.push_back(row);
    else if (rpm::compare(newest[at->second].package.evr, row.package.evr) < 0)
      newest[at->second] = row;
  }
  return newest;
}

}  // namespace patchstate::dnf
