// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_simulation_records.h"

#include <algorithm>
#include <array>
#include <utility>

namespace patchstate::apt {
namespace {

constexpr std::array<std::string_view, 4> kVerbs = {"Inst ", "Conf ", "Remv ", "Purg "};

/// What an archive without a subscription shows in place of a version.
constexpr std::string_view kSubscriptionVersion = "UA_ESM_Required";

/// A text that is read from the left.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : left_(text) {}

  bool take(std::string_view expected) {
    if (!left_.starts_with(expected)) return false;
    left_.remove_prefix(expected.size());
    return true;
  }
  /// Up to the first of `ends`, which stays.
  std::string_view take_until(std::string_view ends) {
    const auto taken = left_.substr(0, left_.find_first_of(ends));
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view take_count(std::size_t count) {
    const auto taken = left_.substr(0, count);
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

/// "1.2-3 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64]"
struct Candidate {
  std::string_view version;
  std::string_view origins;
  std::string_view arch;
};

bool has_lost_line_end(std::string_view text) {
  return std::any_of(kVerbs.begin(), kVerbs.end(), [&](std::string_view verb) {
    return text.find(")" + std::string(verb)) != std::string_view::npos;
  });
}

/// Length of the text before the parenthesis that closes a candidate; labels may have parentheses and brackets of their
/// own ("InfluxData (stable)"), so it is the one behind the architecture. apt before 0.8 names no architecture.
std::size_t length_of_candidate(std::string_view text) {
  for (auto end = text.find("])"); end != std::string_view::npos; end = text.find("])", end + 1)) {
    const auto open = text.rfind('[', end);
    if (open == std::string_view::npos || open == 0 || text[open - 1] != ' ') continue;
    const auto arch = text.substr(open + 1, end - open - 1);
    const bool plain = !arch.empty() && arch.find_first_of(" /:") == std::string_view::npos;
    if (!plain) continue;
    if (has_lost_line_end(text.substr(0, end))) break;
    return end + 1;
  }
  return text.find(')');
}

Candidate split_candidate(std::string_view text) {
  Candidate candidate;
  if (text.ends_with(']')) {
    const auto open = text.rfind('[');
    candidate.arch = text.substr(open + 1, text.size() - open - 2);
    text = text.substr(0, open);
    while (text.ends_with(' ')) text.remove_suffix(1);
  }
  candidate.version = text.substr(0, text.find(' '));
  if (candidate.version.size() < text.size()) candidate.origins = text.substr(candidate.version.size() + 1);
  return candidate;
}

std::vector<ReleaseName> release_names(std::string_view text) {
  std::vector<ReleaseName> names;
  while (!text.empty()) {
    const auto end = text.find(", ");
    names.push_back(parse_release_name(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return names;
}

struct Record {
  std::string_view verb;
  std::string_view name;
  std::string_view installed;
  Candidate candidate;
};

/// "libpam-modules-bin [1.4.0-11ubuntu2.4] (1.4.0-11ubuntu2.5 Ubuntu:22.04/jammy-updates [amd64]) [libpam-modules:amd64
/// ]" One record at the cursor; false: it is none.
bool read_record(Cursor& cursor, Record& record) {
  record.verb = cursor.take_count(kVerbs[0].size());
  record.name = cursor.take_until(" ");
  if (!is_package_name(record.name)) return false;
  if (record.verb == "Conf " && cursor.take(" broken")) return true;
  if (cursor.take(" [")) {
    record.installed = cursor.take_until("]");
    if (!is_version(record.installed) || !cursor.take("]")) return false;
  }
  if (cursor.take(" (")) {
    const auto length = length_of_candidate(cursor.left());
    if (length == std::string_view::npos) return false;
    record.candidate = split_candidate(cursor.take_count(length));
    cursor.take(")");
    if (!is_version(record.candidate.version) && record.candidate.version != kSubscriptionVersion) return false;
  } else if (record.verb == "Inst ") {
    return false;
  }
  while (cursor.take(" [")) {  // packages that are broken for a moment (edges 56, 122)
    cursor.take_until("]");
    if (!cursor.take("]")) return false;
  }
  return true;
}

void add_record(const Record& record, Simulation& simulation) {
  auto [name, qualifier] = qualified_name(record.name);
  if (record.verb == "Inst ") {
    PlannedInstall install{std::move(name),
                           std::move(qualifier),
                           std::string(record.installed),
                           std::string(record.candidate.version),
                           std::string(record.candidate.arch),
                           release_names(record.candidate.origins)};
    auto& list =
        record.candidate.version == kSubscriptionVersion ? simulation.subscription_required : simulation.installs;
    list.push_back(std::move(install));
  } else if (record.verb == "Conf ") {
    if (record.candidate.version.empty())
      simulation.complaints.push_back({true, "apt could not configure " + std::string(record.name)});
  } else {
    simulation.removals.push_back({std::move(name), std::move(qualifier), std::string(record.installed)});
  }
}

}  // namespace

ReleaseName parse_release_name(std::string_view text) {
  ReleaseName name{std::string(text), {}, {}};
  // A label may have a colon, version and suite have none.
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    name.label = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto slash = text.find('/');
  name.suite = slash == std::string_view::npos ? text : text.substr(slash + 1);
  return name;
}

bool is_record(std::string_view line) {
  return std::any_of(kVerbs.begin(), kVerbs.end(), [&](std::string_view verb) { return line.starts_with(verb); });
}

void read_records(std::string_view line, Simulation& simulation, NotUnderstood& rest) {
  Cursor cursor(line);
  while (is_record(cursor.left())) {
    Record record;
    const auto before = cursor.left();
    if (!read_record(cursor, record)) {
      rest.add(before);
      return;
    }
    add_record(record, simulation);
  }
  if (!cursor.left().empty()) rest.add(cursor.left());
}

}  // namespace patchstate::apt
