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

/// An array of exactly as many texts.
const json& texts(const json& list, std::size_t count) {
  const auto is_text = [](const json& one) { return one.is_string(); };
  if (!list.is_array() || list.size() != count || !std::all_of(list.begin(), list.end(), is_text))
    throw CollectorError(FailureKind::unparseable, "the solv probe printed more or less of a version than it has");
  return list;
}

ProbedVersion version(const json& list) {
  ProbedVersion one{list[0].get<std::string>(), list[1].get<std::string>(), list[2].get<std::string>(), {}};
  if (one.version.empty() || one.arch.empty())
    throw CollectorError(FailureKind::unparseable, "the solv probe has a package without a version or architecture");
  return one;
}

/// [["1.1-1","x86_64","SUSE","updates"], …]
std::vector<ProbedVersion> versions(const json& list) {
  std::vector<ProbedVersion> all;
  for (const auto& one : list) {
    all.push_back(version(texts(one, 4)));
    all.back().repository = one[3].get<std::string>();
    if (all.back().repository.empty())
      throw CollectorError(FailureKind::unparseable, "the solv probe has a package from nowhere");
  }
  return all;
}

ReplacedPackage replaced(const json& object) {
  ReplacedPackage one{
      word_of(object, "name"), version(texts(object.at("installed"), 3)), {}, words_of(object, "obsoleters")};
  for (const auto& by : object.at("by"))
    one.by.push_back(
        {word_of(by, "name"), versions(json::array({by.at("chosen")})).front(), versions(by.at("newest"))});
  return one;
}

/// [["alpha","x86_64","1.1-1"], …]
std::vector<rpm::AdvisoryPackage> advisory_packages(const json& list) {
  std::vector<rpm::AdvisoryPackage> packages;
  for (const auto& one : list) {
    texts(one, 3);
    rpm::AdvisoryPackage package;
    package.name = one[0].get<std::string>();
    package.arch = one[1].get<std::string>();
    package.version = rpm::parse_evr(one[2].get_ref<const std::string&>());
    if (package.name.empty() || package.version.version.empty())
      throw CollectorError(FailureKind::unparseable, "the solv probe has a package without a name or a version");
    packages.push_back(std::move(package));
  }
  return packages;
}

ProbedAdvisory advisory(const json& object) {
  ProbedAdvisory one;
  one.repository = word_of(object, "repository");
  one.advisory.id = word_of(object, "name");
  one.advisory.version = text_of(object, "edition");
  one.advisory.type = text_of(object, "category");
  one.advisory.severity = text_of(object, "severity");
  one.advisory.url = text_of(object, "url");
  one.advisory.cves = words_of(object, "cves");
  one.advisory.reboot_suggested = object.at("reboot").get<bool>();
  const auto issued = number_of(object, "issued");
  if (issued > 0 && issued <= kLatest) one.advisory.issued = Time{std::chrono::seconds{issued}};
  one.advisory.packages = advisory_packages(object.at("packages"));
  return one;
}

/// The patch that a needed advisory is to zypper.
ListedUpdate patch(const json& object, const ProbedAdvisory& of) {
  ListedUpdate one;
  one.kind = Kind::patch;
  one.name = of.advisory.id;
  one.edition = of.advisory.version;
  one.arch = text_of(object, "arch");
  one.repository = of.repository;
  one.status = "needed";
  one.category = of.advisory.type;
  one.severity = of.advisory.severity;
  one.update_stack = object.at("updateStack").get<bool>();
  one.reboot_suggested = of.advisory.reboot_suggested;
  one.issued = of.advisory.issued;
  for (const auto& cve : of.advisory.cves) one.issues.push_back({"cve", cve});
  return one;
}

/// The same as a callback of the parser's would tell, which costs a quarter of all parsing.
bool is_too_deep(std::string_view line) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"')
      in_text = !in_text;
    else if (in_text)
      i += c == '\\' ? 1 : 0;
    else if (c == '[' || c == '{')
      ++depth;
    else if (c == ']' || c == '}')
      --depth;
    if (depth > kDeepest) return true;
  }
  return false;
}

/// Of one line. Throws json::exception too.
json object_of(std::string_view line) {
  json object;
  if (!is_too_deep(line)) object = json::parse(line);
  if (!object.is_object())
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
  answer.categories = object.at("categories").get<std::map<std::string, std::vector<std::string>>>();
  return answer;
}

void add(const json& object, ProbeAnswer& answer) {
  const std::string kind = text_of(object, "kind");
  if (kind == "package") {
    answer.packages.push_back({word_of(object, "name"), version(texts(object.at("installed"), 3)),
                               versions(object.at("newest")), words_of(object, "vendors"),
                               versions(object.at("chosen"))});
  } else if (kind == "replaced") {
    answer.replaced.push_back(replaced(object));
  } else if (kind == "advisory") {
    answer.advisories.push_back(advisory(object));
    if (object.at("needed").get<bool>()) answer.patches.push_back(patch(object, answer.advisories.back()));
  } else {
    throw CollectorError(FailureKind::unparseable, "the solv probe printed an object of another kind");
  }
}

ProbeAnswer answer_of(std::string_view text) {
  const json first = object_of(take_line(text));
  ProbeAnswer answer = head(first);
  while (!text.empty()) add(object_of(take_line(text)), answer);
  const auto announced = [&](const char* key) { return answer.stale.empty() ? number_of(first, key) : 0; };
  if (std::ssize(answer.packages) != announced("packages") || std::ssize(answer.replaced) != announced("replaced") ||
      std::ssize(answer.advisories) != announced("advisories"))
    throw CollectorError(FailureKind::unparseable, "the solv probe printed fewer or more than it announced");
  // zypper lists the others as blocked while one of these is needed.
  const bool stack =
      std::any_of(answer.patches.begin(), answer.patches.end(), [](const auto& one) { return one.update_stack; });
  for (auto& one : answer.patches) one.blocked = stack && !one.update_stack;
  return answer;
}

}  // namespace

// {"snapshot":"zypper","tool":"patchstate-solv-probe","toolVersion":"libsolv 0.7.23","problems":0,"changesUnasked":0,
//  "patchesKnown":7,"erased":[],"severalTimes":["kernel-default"],"setAside":[],"packages":1,"replaced":1,
//  "advisories":1,"categories":{"updates":["recommended","security"]}}
// {"kind":"package","name":"alpha","installed":["1.0-1","x86_64","SUSE"],
//  "newest":[["1.1-1","x86_64","SUSE","updates"]],"vendors":["SUSE"],"chosen":[…]}
// {"kind":"replaced","name":"delta","installed":["1.0-1","x86_64","SUSE"],"obsoleters":["epsilon"],
//  "by":[{"name":"epsilon","chosen":["1.0-1","x86_64","SUSE","updates"],"newest":[["1.0-1","x86_64","SUSE","updates"]]}]}
// {"kind":"advisory","name":"SUSE-2026-1","edition":"1","arch":"noarch","repository":"updates","needed":true,
//  "category":"security","cves":["CVE-2026-1"],"packages":[["alpha","x86_64","1.1-1"]],…}
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
