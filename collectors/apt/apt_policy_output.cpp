// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_policy_output.h"

#include <algorithm>
#include <charconv>

#include "collectors/apt/apt_lines.h"

namespace patchstate::apt {
namespace {

constexpr std::string_view kNone = "(none)";

std::optional<int> number(std::string_view word) {
  int value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  void read(std::string_view raw) {
    const std::string line = shown_line(raw);
    if (line.empty()) return;
    if (line.front() != ' ') {
      if (!begin_package(line)) rest_.add(line);
    } else if (policy_.packages.empty() || !continue_package(line)) {
      rest_.add(line);
    }
  }

  Policy finish() {
    policy_.not_understood = rest_.take();
    return std::move(policy_);
  }

 private:
  bool begin_package(std::string_view line) {
    if (line.starts_with("N: ")) return true;  // "N: Unable to locate package …": the caller misses the package
    if (!line.ends_with(':') || !is_package_name(line.substr(0, line.size() - 1))) return false;
    auto [name, qualifier] = qualified_name(line.substr(0, line.size() - 1));
    policy_.packages.push_back({std::move(name), std::move(qualifier), {}, {}, {}});
    return true;
  }

  bool continue_package(std::string_view line) {
    PolicyPackage& package = policy_.packages.back();
    const auto field = [&](std::string_view label, std::string& value) {
      if (!line.starts_with(label)) return false;
      const auto words = words_of(line.substr(label.size()));
      if (words.size() != 1 || (words[0] != kNone && !is_version(words[0]))) return false;
      if (words[0] != kNone) value = words[0];
      return true;
    };
    if (field("  Installed: ", package.installed) || field("  Candidate: ", package.candidate)) return true;
    if (line == "  Version table:") return package.has_table = true;
    if (line.starts_with("  Package pin: ")) return true;
    const auto blanks = line.find_first_not_of(' ');
    if (blanks >= 7) return add_source(package, line.substr(blanks));
    return (line.starts_with(" *** ") || blanks == 5) && add_version(package, line);
  }

  //      1.2.3-4ubuntu2 500 (phased 20%)
  static bool add_version(PolicyPackage& package, std::string_view line) {
    const auto words = words_of(line.substr(5));
    if (words.size() < 2 || !is_version(words[0])) return false;
    const auto priority = number(words[1]);
    if (!priority) return false;
    PolicyVersion version{std::string(words[0]), *priority, line[1] == '*', std::nullopt, {}};
    if (words.size() == 4 && words[2] == "(phased" && words[3].ends_with("%)")) {
      version.phased_percentage = number(words[3].substr(0, words[3].size() - 2));
      if (!version.phased_percentage) return false;
    } else if (words.size() != 2) {
      return false;
    }
    package.versions.push_back(std::move(version));
    return true;
  }

  //         500 http://deb.example.org/debian bookworm/main amd64 Packages
  static bool add_source(PolicyPackage& package, std::string_view line) {
    const auto space = line.find(' ');
    if (package.versions.empty() || space == std::string_view::npos || !number(line.substr(0, space))) return false;
    package.versions.back().sources.emplace_back(line.substr(space + 1));
    return true;
  }

  Policy policy_;
  NotUnderstood rest_;
};

}  // namespace

bool PolicyPackage::whole() const {
  if (versions.empty()) return has_table && installed.empty() && candidate.empty();
  if (installed.empty()) return true;
  return std::any_of(versions.begin(), versions.end(), [&](const PolicyVersion& one) { return one.installed; });
}

// libssh2-1:
//   Installed: 1.10.0-3+b1
//   Candidate: 1.10.0-3+deb12u1
//   Version table:
//      1.10.0-3+deb12u1 500
//         500 http://deb.example.org/debian-security bookworm-security/main amd64 Packages
//  *** 1.10.0-3+b1 500
//         100 /var/lib/dpkg/status
Policy parse_policy(std::string_view text) {
  Reader reader;
  for_each_line(text, [&](std::string_view line) { reader.read(line); });
  return reader.finish();
}

bool is_status_file(std::string_view source) {
  return source.ends_with("/dpkg/status") && source.starts_with('/');
}

}  // namespace patchstate::apt
