// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/repo_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"
#include "platform/files.h"

namespace patchstate::rpm {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::size_t kLargestFile = 4U << 20U;
constexpr std::size_t kMostNotUnderstood = 50;
constexpr auto npos = std::string_view::npos;

std::string lower_case(std::string_view text) {
  std::string word = clean_text(text, 100);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return word;
}

/// As dnf reads them; nullopt: none of its words.
std::optional<bool> boolean(std::string_view text) {
  const std::string word = lower_case(text);
  constexpr std::array kYes = {"1"sv, "yes"sv, "true"sv, "on"sv};
  constexpr std::array kNo = {"0"sv, "no"sv, "false"sv, "off"sv};
  if (std::find(kYes.begin(), kYes.end(), word) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), word) != kNo.end()) return false;
  return std::nullopt;
}

// [updates]
// name=Fedora $releasever - $basearch - Updates
// metalink=https://mirrors.example.org/metalink?repo=updates-released-f$releasever&arch=$basearch
// baseurl = https://user:secret@example.org/a/
//           https://example.org/b/
// enabled=1
class RepoFileReader {
 public:
  RepoFileReader(const std::string& file, RepoFiles& into) : file_(file), into_(into) {}

  void read(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty()) {
      const auto end = text.find('\n');
      ++line_number_;
      take(text.substr(0, end));
      text.remove_prefix(end == npos ? text.size() : end + 1);
    }
    end_value();
    end_section();
  }

 private:
  void take(std::string_view line) {
    const auto content = trimmed(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') return;
    const bool goes_on = line.front() == ' ' || line.front() == '\t';
    if (goes_on && !key_.empty()) {
      value_.append(" ").append(content);
      return;
    }
    end_value();
    if (content.front() == '[') return begin_section(content);
    const auto sign = content.find_first_of("=:");
    if (sign == npos || sign == 0 || !in_section_) return not_understood(content);
    key_ = lower_case(trimmed(content.substr(0, sign)));
    value_ = trimmed(content.substr(sign + 1));
    value_line_ = line_number_;
  }

  void begin_section(std::string_view content) {
    end_section();
    const auto end = content.find(']');
    const auto id = end == npos ? std::string_view() : trimmed(content.substr(1, end - 1));
    in_section_ = !id.empty();
    if (!in_section_) return not_understood(content);
    repo_ = {};
    repo_.id = clean_text(id, 500);
    repo_.file = file_;
  }

  void end_section() {
    // [main] in a .repo file sets what dnf.conf does.
    if (in_section_ && repo_.id != "main") into_.repositories.push_back(std::move(repo_));
    in_section_ = false;
  }

  void end_value() {
    const std::string key = std::exchange(key_, {});
    const std::string value = std::exchange(value_, {});
    if (key.empty()) return;
    if (key == "name")
      repo_.name = masked(value, 500);
    else if (key == "enabled")
      repo_.enabled = flag(key, value, true);  // when in doubt it is one whose updates count
    else if (key == "skip_if_unavailable")
      repo_.skip_if_unavailable = flag(key, value, false);
    else if (key == "baseurl")
      add_urls(value);
    else if (key == "metalink")
      repo_.metalink = masked(value);
    else if (key == "mirrorlist")
      repo_.mirrorlist = masked(value);
    else if (key == "priority")
      repo_.priority = number(key, value);
    else if (key == "exclude" || key == "excludepkgs")
      repo_.excludes = clean_text(value);
    else if (key == "includepkgs")
      repo_.includes = clean_text(value);
    else if (key == "type")
      repo_.type = clean_text(value, 100);
  }

  void add_urls(std::string_view value) {
    while (true) {
      const auto first = value.find_first_not_of(" \t,");
      if (first == npos) return;
      value.remove_prefix(first);
      const auto url = value.substr(0, value.find_first_of(" \t,"));
      // Nothing but control characters leaves nothing.
      if (std::string shown = masked(url); shown.empty())
        not_understood("a baseurl of unprintable characters", value_line_);
      else
        repo_.base_urls.push_back(std::move(shown));
      value.remove_prefix(url.size());
    }
  }

  bool flag(const std::string& key, const std::string& value, bool otherwise) {
    const auto said = boolean(value);
    if (!said) not_understood(key + "=" + value, value_line_);
    return said.value_or(otherwise);
  }

  std::optional<int> number(const std::string& key, const std::string& value) {
    int read = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
    if (error == std::errc() && end == value.data() + value.size()) return read;
    not_understood(key + "=" + value, value_line_);
    return std::nullopt;
  }

  void not_understood(std::string_view what) { not_understood(what, line_number_); }
  void not_understood(std::string_view what, std::size_t line) {
    if (into_.not_understood.size() < kMostNotUnderstood)
      into_.not_understood.push_back(fmt::format("{} line {}: {}", file_, line, masked(what, 200)));
  }

  const std::string& file_;
  RepoFiles& into_;
  ConfiguredRepo repo_;
  bool in_section_ = false;
  std::size_t line_number_ = 0;
  std::string key_;  ///< of the value that may still go on; empty: none
  std::string value_;
  std::size_t value_line_ = 0;
};

void add_unreadable(const std::string& path, const std::string& why, RepoFiles& files) {
  files.warnings.push_back(
      {"source_unreadable", fmt::format("{}: updates of its repositories may be missing", masked(why)), path, true});
}

void read_folder(const fs::path& root, const std::string& folder, RepoFiles& files) {
  std::set<std::string> names;
  std::error_code error;
  fs::path there;
  try {
    there = resolve_in_root(root, folder);
  } catch (const std::system_error& circle) {
    return add_unreadable(folder, circle.what(), files);
  }
  for (fs::directory_iterator entry(there, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".repo") names.insert(entry->path().filename().string());
  if (error && error != std::errc::no_such_file_or_directory)
    add_unreadable(folder, fmt::format("cannot look into {}: {}", folder, error.message()), files);
  for (const auto& name : names) {
    const std::string shown = clean_text(folder + "/" + name);
    try {
      parse_repo_file(read_file(resolve_in_root(root, folder + "/" + name), kLargestFile), shown, files);
    } catch (const std::system_error& unreadable) {
      add_unreadable(shown, unreadable.what(), files);
    }
  }
}

}  // namespace

void parse_repo_file(std::string_view text, const std::string& file, RepoFiles& into) {
  RepoFileReader(file, into).read(text);
}

RepoFiles read_repo_files(const fs::path& root, const std::vector<std::string>& folders) {
  RepoFiles files;
  for (const auto& folder : folders) read_folder(root, folder, files);
  return files;
}

const std::vector<std::string>& dnf_repo_folders() {
  static const std::vector<std::string> folders = {"/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d",
                                                   "/usr/share/dnf5/repos.d"};
  return folders;
}

const std::vector<std::string>& zypp_repo_folders() {
  static const std::vector<std::string> folders = {"/etc/zypp/repos.d"};
  return folders;
}

}  // namespace patchstate::rpm
