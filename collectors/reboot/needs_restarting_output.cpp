// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/needs_restarting_output.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/blanks.h"

namespace patchstate {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLines = 10'000;
constexpr std::size_t kMostNotUnderstood = 50;
constexpr std::size_t kLongestText = 500;

/// Calls `take` with each line, as a person would see it: without blanks around it.
template <class Take>
void for_each_line(std::string_view text, Take take) {
  for (std::size_t count = 0; !text.empty() && count < kMostLines; ++count) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty()) take(line);
  }
}

void add_not_understood(std::vector<std::string>& lines, std::string_view line) {
  if (lines.size() < kMostNotUnderstood) lines.push_back(clean_text(line, kLongestText));
}

/// What stands in `<message type="info">…</message>` of zypper's; nullopt for other XML; other lines as they are.
std::optional<std::string_view> without_xml(std::string_view line) {
  if (!line.starts_with('<')) return line;
  if (!line.starts_with("<message ")) return std::nullopt;
  const auto begin = line.find('>');
  const auto end = line.rfind("</message>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::nullopt;
  return line.substr(begin + 1, end - begin - 1);
}

bool is_known_sentence(std::string_view line) {
  static constexpr std::string_view kBeginnings[] = {
      "Core libraries or services have",
      "No core libraries or services have",
      "More information:",
      "Updating and loading repositories",  // dnf5, even when nobody asked
      "Repositories loaded",
      "https://"};
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [&](std::string_view beginning) { return line.starts_with(beginning); });
}

void add_once(std::vector<std::string>& names, std::string name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

/// Each tool says one of the two. Both together would be nobody's answer.
void decide(RebootHint& hint, bool& contradicts, bool required) {
  contradicts = contradicts || (hint.required && *hint.required != required);
  hint.required = required;
}

std::string_view after(std::string_view line, std::string_view beginning) {
  line.remove_prefix(beginning.size());
  return line.substr(std::min(line.find_first_not_of(' '), line.size()));
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

void take_json_hint(const json& answer, RebootHint& hint) {
  const auto required = answer.find("reboot_required");
  if (required == answer.end() || !required->is_boolean())
    return add_not_understood(hint.not_understood, answer.dump());
  hint.required = hint.required.value_or(false) || required->get<bool>();
  const auto packages = answer.find("packages");
  if (packages == answer.end() || !packages->is_array()) return;
  for (const auto& package : *packages)
    if (package.is_string()) add_once(hint.because, clean_text(package.get_ref<const std::string&>(), kLongestText));
}

}  // namespace

// Core libraries or services have been updated since boot-up:
//   * kernel
//   * glibc
//
// Reboot is required to fully utilize these updates.
// More information: https://access.redhat.com/solutions/27943
//
// No core libraries or services have been updated.
// Reboot is probably not necessary.
RebootHint parse_reboot_hint(std::string_view text) {
  RebootHint hint;
  bool contradicts = false;
  for_each_line(text, [&](std::string_view whole) {
    const auto line = without_xml(whole);
    if (!line) return;
    if (line->starts_with("Reboot is required") || line->starts_with("Reboot is suggested"))
      decide(hint, contradicts, true);
    else if (line->starts_with("Reboot should not be necessary") ||
             line->starts_with("Reboot is probably not necessary"))
      decide(hint, contradicts, false);
    else if (line->starts_with("* "))
      add_once(hint.because, clean_text(after(line->substr(0, line->find(' ', 2)), "*"), kLongestText));
    else if (!is_known_sentence(*line))
      add_not_understood(hint.not_understood, *line);
  });
  if (contradicts) hint.required = std::nullopt;
  return hint;
}

// [
//   {
//     "type":"reboot",
//     "reboot_required":true,
//     "packages":["kernel-core"],
//     "documentation":"https://access.redhat.com/solutions/27943"
//   }
// ]
RebootHint parse_reboot_hint_json(std::string_view text) {
  constexpr int kDeepest = 16;
  RebootHint hint;
  const auto shallow = [](int depth, json::parse_event_t /*event*/, const json& /*value*/) {
    return depth <= kDeepest;
  };
  const json answer = json::parse(text, shallow, false);
  if (answer.is_object()) {
    take_json_hint(answer, hint);
  } else if (answer.is_array()) {
    for (const auto& one : answer)
      if (one.is_object() && one.value("type", json("reboot")) == json("reboot")) take_json_hint(one, hint);
  } else {
    add_not_understood(hint.not_understood, text);
  }
  return hint;
}

// 1234 : /usr/sbin/sshd -D
StaleProcesses parse_stale_processes(std::string_view text) {
  StaleProcesses stale;
  for_each_line(text, [&](std::string_view line) {
    const auto colon = line.find(" : ");
    const auto pid = colon == std::string_view::npos ? std::nullopt : number(line.substr(0, colon));
    if (pid)
      stale.processes.push_back({*pid, clean_text(line.substr(colon + 3), kLongestText)});
    else
      add_not_understood(stale.not_understood, line);
  });
  return stale;
}

// NEEDRESTART-VER: 3.6
// NEEDRESTART-KCUR: 6.1.0-13-amd64
// NEEDRESTART-KEXP: 6.1.0-15-amd64
// NEEDRESTART-KSTA: 3
// NEEDRESTART-SVC: sshd.service
Needrestart parse_needrestart(std::string_view text) {
  Needrestart read;
  for_each_line(text, [&](std::string_view line) {
    const auto colon = line.find(':');
    const auto key = line.substr(0, colon);
    const auto value = colon == std::string_view::npos ? std::string_view() : after(line, line.substr(0, colon + 1));
    if (!key.starts_with("NEEDRESTART-"))
      add_not_understood(read.not_understood, line);
    else if (key == "NEEDRESTART-KSTA")
      read.kernel_status = number(value);
    else if (key == "NEEDRESTART-KCUR")
      read.kernel_running = clean_text(value, kLongestText);
    else if (key == "NEEDRESTART-KEXP")
      read.kernel_expected = clean_text(value, kLongestText);
    else if (key == "NEEDRESTART-SVC")
      add_once(read.services, clean_text(value, kLongestText));
  });
  return read;
}

std::optional<bool> needs_reboot(const Needrestart& needrestart) {
  if (needrestart.kernel_status == 1) return false;
  if (needrestart.kernel_status == 2 || needrestart.kernel_status == 3) return true;
  return std::nullopt;
}

// kernel-uek-5.4.17-2102.200.13.el7uek.x86_64   Mon 05 Apr 2021 04:52:06 PM UTC
// kernel-uek-4.14.35-2047.501.2.el7uek.x86_64   Mon 05 Apr 2021 04:49:39 PM UTC
std::vector<rpm::Nevra> parse_rpm_last(std::string_view text, std::vector<std::string>& not_understood) {
  std::vector<rpm::Nevra> packages;
  for_each_line(text, [&](std::string_view line) {
    if (line.starts_with("package ") && line.ends_with(" is not installed")) return;
    if (auto package = rpm::parse_nevra(line.substr(0, line.find(' '))))
      packages.push_back(std::move(*package));
    else
      add_not_understood(not_understood, line);
  });
  return packages;
}

std::optional<bool> needs_reboot(const std::vector<rpm::Nevra>& kernels, std::string_view running) {
  if (kernels.empty() || running.empty()) return std::nullopt;
  // What `uname -r` says of a kernel whose package was built without a flavour of its own.
  const rpm::Nevra& latest = kernels.front();
  return latest.evr.version + "-" + latest.evr.release + "." + latest.arch != running;
}

}  // namespace patchstate
