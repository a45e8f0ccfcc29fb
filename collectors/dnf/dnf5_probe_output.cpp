// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf5_probe_output.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"

namespace patchstate::dnf {
namespace {

using nlohmann::json;

constexpr std::int64_t kLatest = 253402300799;  ///< after the year 9999 there is no RFC 3339

[[noreturn]] void fail(const std::string& what) {
  throw CollectorError(FailureKind::unparseable, "the solv probe " + what);
}

/// Objects of ours have lists of lists, and nothing below: a hostile text must not recurse further.
json object_of(std::string_view line) {
  constexpr int kDeepest = 4;
  json object = json::parse(line, [](int depth, json::parse_event_t, json&) {
    if (depth > kDeepest) fail("printed something too deep");
    return true;
  });
  if (!object.is_object()) fail("printed something else than objects");
  return object;
}

std::string word_of(const json& object, const char* key) {
  std::string text = object.at(key).get<std::string>();
  if (text.empty()) fail(std::string("left out \"") + key + "\"");
  return text;
}

/// A fraction is none, and may be too large to be made one.
std::int64_t number_of(const json& object, const char* key) {
  const json& value = object.at(key);
  if (!value.is_number_integer()) fail(std::string("has no whole number in \"") + key + "\"");
  return value.get<std::int64_t>();
}

rpm::Nevra nevra(const json& list) {
  if (!list.is_array() || list.size() != 3) fail("printed more or less of a package than it has");
  rpm::Nevra package{clean_text(list[0].get<std::string>()), rpm::parse_evr(list[1].get_ref<const std::string&>()),
                     clean_text(list[2].get<std::string>())};
  if (package.name.empty() || package.evr.version.empty()) fail("has a package without a name or a version");
  return package;
}

std::string severity_of_cache(const std::string& text) {
  return text == "none" || text == "None" ? std::string() : clean_text(text);
}

rpm::RpmAdvisory advisory(const json& object) {
  rpm::RpmAdvisory one;
  one.id = clean_text(word_of(object, "id"));
  one.type = clean_text(object.at("type").get<std::string>());
  one.severity = severity_of_cache(object.at("severity").get<std::string>());
  one.title = clean_text(object.at("title").get<std::string>());
  one.status = clean_text(object.at("status").get<std::string>());
  one.url = clean_text(object.at("url").get<std::string>());
  one.cves = object.at("cves").get<std::vector<std::string>>();
  const auto issued = number_of(object, "issued");
  if (issued > 0 && issued <= kLatest) one.issued = Time{std::chrono::seconds{issued}};
  for (const auto& each : object.at("packages")) {
    rpm::Nevra package = nevra(each);
    one.packages.push_back({std::move(package.name), std::move(package.evr), std::move(package.arch), {}, false, {}});
  }
  return one;
}

Dnf5ProbeAnswer head(const json& object) {
  if (word_of(object, "snapshot") != "dnf5") fail("printed the snapshot of something else");
  Dnf5ProbeAnswer answer;
  answer.tool_version = clean_text(word_of(object, "toolVersion"), 100);
  if (object.contains("stale")) {
    answer.stale = clean_text(word_of(object, "stale"), 300);
    return answer;
  }
  answer.installed_count = number_of(object, "installedCount");
  answer.problems = number_of(object, "problems");
  answer.gone = object.at("gone").get<std::vector<std::string>>();
  answer.obsoleting = object.at("obsoleting").get<std::vector<std::string>>();
  return answer;
}

void add(const json& object, Dnf5ProbeAnswer& answer) {
  const std::string kind = word_of(object, "kind");
  if (kind == "installed")
    answer.installed.push_back(nevra(object.at("package")));
  else if (kind == "chosen")
    answer.chosen.push_back(
        {nevra(object.at("package")), word_of(object, "repository"), object.at("known").get<bool>()});
  else if (kind == "advisory")
    answer.advisories.push_back(advisory(object));
  else
    fail("printed an object of another kind");
}

/// The next whole line; what is cut off is none.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) fail("was cut off");
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Dnf5ProbeAnswer answer_of(std::string_view text) {
  const json first = object_of(take_line(text));
  Dnf5ProbeAnswer answer = head(first);
  while (!text.empty()) add(object_of(take_line(text)), answer);
  const auto announced = [&](const char* key) { return answer.stale.empty() ? number_of(first, key) : 0; };
  if (std::ssize(answer.installed) != announced("installed") || std::ssize(answer.chosen) != announced("chosen") ||
      std::ssize(answer.advisories) != announced("advisories"))
    fail("printed fewer or more than it announced");
  return answer;
}

}  // namespace

// {"snapshot":"dnf5","tool":"patchstate-solv-probe","toolVersion":"libsolv 0.7.23","installedCount":1501,"problems":0,
//  "gone":[],"obsoleting":[],"installed":1,"chosen":1,"advisories":1}
// {"kind":"installed","package":["alpha","1.0-1","x86_64"]}
// {"kind":"chosen","package":["alpha","1.1-1","x86_64"],"repository":"updates","known":true}
// {"kind":"advisory","id":"T:1","type":"security","severity":"Low","title":"","status":"final","issued":1767323045,
//  "url":"","cves":["CVE-2026-1"],"packages":[["alpha","1.1-1","x86_64"]]}
// or: {"snapshot":"dnf5",…,"stale":"updates has no repomd.xml that can be read"}
Dnf5ProbeAnswer parse_dnf5_probe(std::string_view text) {
  try {
    return answer_of(text);
  } catch (const json::exception& error) {
    throw CollectorError(FailureKind::unparseable,
                         std::string("the answer of the solv probe can't be read: ") + clean_text(error.what(), 300));
  }
}

}  // namespace patchstate::dnf
