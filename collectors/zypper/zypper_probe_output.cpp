// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_probe_output.h"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"

namespace patchstate::zypper {
namespace {

using nlohmann::json;

/// Depth of our own format is 5; a hostile text must not recurse further.
constexpr int kDeepest = 8;
constexpr std::int64_t kLatest = 253402300799;  ///< after the year 9999 there is no RFC 3339

std::string text_of(const json& object, const char* key) {
  return object.at(key).get<std::string>();
}

/// What nobody can do without.
std::string word_of(const json& object, const char* key) {
  std::string text = text_of(object, key);
  if (text.empty())
    throw CollectorError(FailureKind::unparseable, std::string("the solv probe left out \"") + key + "\"");
  return text;
}

/// A fraction is none, and may be too large to be made one.
std::int64_t number_of(const json& object, const char* key) {
  const json& value = object.at(key);
  if (!value.is_number_integer())
    throw CollectorError(FailureKind::unparseable,
                         std::string("the solv probe has no whole number in \"") + key + "\"");
  return value.get<std::int64_t>();
}

std::vector<std::string> words_of(const json& object, const char* key) {
  return object.at(key).get<std::vector<std::string>>();
}

ProbedVersion version(const json& object) {
  return {word_of(object, "version"), word_of(object, "arch"), text_of(object, "vendor"), {}};
}

std::vector<ProbedVersion> versions(const json& list) {
  std::vector<ProbedVersion> all;
  for (const auto& one : list) {
    all.push_back(version(one));
    all.back().repository = word_of(one, "repository");
  }
  return all;
}

ListedUpdate patch(const json& object) {
  ListedUpdate one;
  one.kind = Kind::patch;
  one.name = word_of(object, "name");
  one.edition = text_of(object, "edition");
  one.arch = text_of(object, "arch");
  one.repository = word_of(object, "repository");
  one.status = "needed";
  one.category = text_of(object, "category");
  one.severity = text_of(object, "severity");
  one.update_stack = object.at("updateStack").get<bool>();
  one.reboot_suggested = object.at("reboot").get<bool>();
  const auto issued = number_of(object, "issued");
  if (issued > 0 && issued <= kLatest) one.issued = Time{std::chrono::seconds{issued}};
  for (const auto& issue : object.at("issues"))
    one.issues.push_back({text_of(issue, "type"), text_of(issue, "id"), {}});
  return one;
}

/// Of one line. Throws json::exception too.
json object_of(std::string_view line) {
  bool too_deep = false;
  const auto limit = [&too_deep](int depth, json::parse_event_t, const json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  json object = json::parse(line, limit);
  if (too_deep || !object.is_object())
    throw CollectorError(FailureKind::unparseable, "the solv probe printed something else than objects");
  return object;
}

/// The next whole line; what is cut off is none.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos)
    throw CollectorError(FailureKind::unparseable, "the answer of the solv probe is cut off");
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

ProbeAnswer head(const json& object) {
  if (text_of(object, "snapshot") != "zypper")
    throw CollectorError(FailureKind::unparseable, "the solv probe printed the snapshot of something else");
  ProbeAnswer answer;
  answer.tool_version = clean_text(word_of(object, "toolVersion"), 100);
  if (object.contains("stale")) {
    answer.stale = clean_text(word_of(object, "stale"), 300);
    return answer;
  }
  answer.problems = number_of(object, "problems");
  answer.changes_unasked = number_of(object, "changesUnasked");
  answer.patches_known = number_of(object, "patchesKnown");
  answer.erased = words_of(object, "erased");
  answer.several_times = words_of(object, "severalTimes");
  answer.set_aside = words_of(object, "setAside");
  return answer;
}

void add(const json& object, ProbeAnswer& answer) {
  const std::string kind = text_of(object, "kind");
  if (kind == "package")
    answer.packages.push_back(
        {word_of(object, "name"), version(object), versions(object.at("newer")), versions(object.at("chosen"))});
  else if (kind == "patch")
    answer.patches.push_back(patch(object));
  else
    throw CollectorError(FailureKind::unparseable, "the solv probe printed an object of another kind");
}

ProbeAnswer answer_of(std::string_view text) {
  const json first = object_of(take_line(text));
  ProbeAnswer answer = head(first);
  while (!text.empty()) add(object_of(take_line(text)), answer);
  const auto announced = [&](const char* key) { return answer.stale.empty() ? number_of(first, key) : 0; };
  if (std::ssize(answer.packages) != announced("packages") || std::ssize(answer.patches) != announced("patches"))
    throw CollectorError(FailureKind::unparseable, "the solv probe printed fewer or more than it announced");
  // zypper lists the others as blocked while one of these is needed.
  const bool stack =
      std::any_of(answer.patches.begin(), answer.patches.end(), [](const auto& one) { return one.update_stack; });
  for (auto& one : answer.patches) one.blocked = stack && !one.update_stack;
  return answer;
}

}  // namespace

// {"snapshot":"zypper","tool":"patchstate-solv-probe","toolVersion":"libsolv 0.7.23","problems":0,"changesUnasked":0,
//  "patchesKnown":7,"erased":[],"severalTimes":["kernel-default"],"setAside":[],"packages":1,"patches":1}
// {"kind":"package","name":"alpha","version":"1.0-1","arch":"x86_64","vendor":"SUSE",
//  "newer":[{"version":"1.1-1","arch":"x86_64","vendor":"SUSE","repository":"updates"}],"chosen":[…]}
// {"kind":"patch","name":"SUSE-2026-1","edition":"1","arch":"noarch","repository":"updates","category":"security",…}
// or: {"snapshot":"zypper",…,"stale":"updates has changed since zypper parsed it"}
ProbeAnswer parse_probe_output(std::string_view text) {
  try {
    return answer_of(text);
  } catch (const json::exception& error) {
    throw CollectorError(FailureKind::unparseable,
                         std::string("the answer of the solv probe can't be read: ") + error.what());
  }
}

}  // namespace patchstate::zypper
