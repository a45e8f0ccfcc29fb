// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "tests/assessment/samples.h"

using namespace patchstate;
using namespace patchstate::test;
using nlohmann::json;

// In the namespace of what they read, so that the one for vectors finds them all.
namespace patchstate {

// Bindings name every member: a new one does not compile until it is compared here, too.
template <class... Members>
static auto values(const Members&... members) {
  return std::tuple<Members...>(members...);
}
static auto fields(const Advisory& x) {
  const auto& [id, type, severity, issued, url] = x;
  return values(id, type, severity, issued, url);
}
static auto fields(const Update& x) {
  const auto& [patch_id, name, version, installed, arch, source_package, source_version, purl, kb, classifications,
               severity, vendor_severity, state, state_reason, evidence, reboot, advisories, cves, repository, origin,
               size, published, first_seen] = x;
  std::vector<decltype(fields(Advisory{}))> all;
  for (const auto& advisory : advisories) all.push_back(fields(advisory));
  return std::tuple_cat(values(patch_id, name, version, installed, arch, source_package, source_version, purl, kb),
                        values(classifications, severity, vendor_severity, state, state_reason, evidence, reboot, all),
                        values(cves, repository, origin, size, published, first_seen));
}
static auto fields(const Warning& x) {
  const auto& [code, message, subject, incomplete] = x;
  return values(code, message, subject, incomplete);
}
static auto fields(const Repository& x) {
  const auto& [name, state, checked, published, valid_until, security] = x;
  return values(name, state, checked, published, valid_until, security);
}
static auto fields(const RebootReason& x) {
  const auto& [source, evidence, strength] = x;
  return values(source, evidence, strength);
}
static auto fields(const Reason& x) {
  const auto& [code, message] = x;
  return values(code, message);
}
template <class Item>
static auto fields(const std::vector<Item>& items) {
  std::vector<decltype(fields(std::declval<Item>()))> all;
  for (const auto& item : items) all.push_back(fields(item));
  return all;
}
static auto fields(const Metadata& x) {
  const auto& [checked, evidence, published, repositories, missing] = x;
  return values(checked, evidence, published, fields(repositories), missing);
}
static auto fields(const Findings& x) {
  // Not the service, which is that of the source's report; not the digest: it is for who made it, not in the JSON.
  const auto& [updates, metadata, warnings, tool, tool_version, service, installed, digest] = x;
  return values(fields(updates), fields(metadata), fields(warnings), tool, tool_version,
                installed ? std::optional(std::pair{installed->at, installed->name}) : std::nullopt);
}
static auto fields(const Failure& x) {
  const auto& [kind, code, message, may_pass] = x;  // which is for who asks, not in the JSON
  return values(kind, code, message);
}
static auto fields(const SourceReport& x) {
  const auto& [name, service, duration, outcome] = x;
  const auto* failure = std::get_if<Failure>(&outcome);
  const auto* found = std::get_if<Findings>(&outcome);
  return values(name, service, duration, outcome.index(), fields(failure ? *failure : Failure{}),
                fields(found ? *found : Findings{}));
}
static auto fields(const OperatingSystem& x) {
  const auto& [id, like, version, codename, name, end, end_source] = x;
  return values(id, like, version, codename, name, end, end_source);
}
static auto fields(const Host& x) {
  const auto& [id, hostname, os, arch, running, installed, boot, virtualization, container, cloud] = x;
  const auto provider = cloud ? std::optional(cloud->provider) : std::nullopt;
  const auto resource = cloud ? std::optional(cloud->resource_id) : std::nullopt;
  return values(id, hostname, fields(os), arch, running, installed, boot, virtualization, container, provider,
                resource);
}
static auto fields(const Assessment& x) {
  const auto& [id, started, modified, host, sources, reboot, reboot_reasons, warnings, verdict, agent, interval, hash] =
      x;
  const auto& [value, reasons] = verdict;
  return values(id, started, modified, fields(host), fields(sources), reboot, fields(reboot_reasons), fields(warnings),
                value, fields(reasons), agent, interval, hash);
}

}  // namespace patchstate

namespace {

std::string error_of(const std::string& text) {
  try {
    assessment_from_json(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

/// The full sample with one thing changed.
std::string changed(const std::string& pointer, const json& value) {
  json report = json::parse(to_json(everything()));
  report[json::json_pointer(pointer)] = value;
  return report.dump();
}
std::string without(const std::string& parent, const std::string& key) {
  json report = json::parse(to_json(everything()));
  report[json::json_pointer(parent)].erase(key);
  return report.dump();
}

}  // namespace

TEST_CASE("writing and reading loses nothing") {
  for (const auto& [name, sample] : all_samples()) {
    if (name == "hostile") continue;  // its invalid UTF-8 is repaired, see below
    const auto& shown = name;
    CAPTURE(shown);
    for (const auto style : {JsonStyle::compact, JsonStyle::indented})
      CHECK(fields(assessment_from_json(to_json(sample, style))) == fields(sample));
  }
}

TEST_CASE("what is read from repaired text is written the same again") {
  const std::string once = to_json(hostile());
  CHECK(to_json(assessment_from_json(once)) == once);
  CHECK(once.find("\xEF\xBF\xBD") != std::string::npos);
}

TEST_CASE("edge-101: five thousand updates stay five thousand") {
  std::vector<Update> updates;
  for (int i = 0; i < 5000; ++i) updates.push_back(update("package-" + std::to_string(i), Classification::security));
  const std::string text = to_json(machine(updates));
  CHECK(json::parse(text)["patches"].size() == 5000);
  CHECK(count(assessment_from_json(text)).critical_and_security == 5000);
}

TEST_CASE("compact is one line, indented is not") {
  CHECK(to_json(everything()).find('\n') == std::string::npos);
  CHECK(to_json(everything(), JsonStyle::indented).find("\n  \"host\": {") != std::string::npos);
}

TEST_CASE("the form is that of another JSON library, in both styles") {
  for (const auto& [name, sample] : all_samples()) {
    const auto& shown = name;
    CAPTURE(shown);
    const auto report = nlohmann::ordered_json::parse(to_json(sample));
    CHECK(to_json(sample) == report.dump());
    CHECK(to_json(sample, JsonStyle::indented) == report.dump(2));
  }
}

TEST_CASE("every character stands in JSON so that it is read the same again") {
  Assessment assessment = machine({update("x", Classification::other)});
  std::string& text = findings_of(assessment).updates[0].evidence;
  for (int c = 0; c < 0x80; ++c) text += static_cast<char>(c);
  text += "é \u07ff \u0800 \uffff \U00010000 \U0010ffff \u2028";
  Assessment read = assessment_from_json(to_json(assessment));
  CHECK(findings_of(read).updates[0].evidence == text);
}

TEST_CASE("the numbers are those of the pending updates, and null when nobody answered") {
  const json report = json::parse(to_json(noncompliant()));
  CHECK(report["criticalAndSecurityPatchCount"] == 9);
  CHECK(report["otherPatchCount"] == 4);
  CHECK(report["unclassifiedPatchCount"] == 1);
  CHECK(report["notInstallableSecurityPatchCount"] == 2);
  CHECK(report["notInstallableOtherPatchCount"] == 0);
  CHECK(report["availablePatchCountByClassification"]["security"] == 9);
  CHECK(report["availablePatchCountByClassification"]["unknown"] == 1);
  CHECK(report["availablePatchCountByClassification"]["driver"] == 0);
  CHECK(report["status"] == "succeeded");
  for (const auto& sample : {failed(), no_source()}) {
    const json unknown = json::parse(to_json(sample));
    CHECK(unknown["status"] == "failed");
    for (const char* key :
         {"criticalAndSecurityPatchCount", "otherPatchCount", "unclassifiedPatchCount",
          "notInstallableSecurityPatchCount", "notInstallableOtherPatchCount", "availablePatchCountByClassification"})
      CHECK(unknown[key].is_null());
    CHECK(unknown["patches"].empty());
  }
}

TEST_CASE("a failed source has a failure and neither metadata nor warnings") {
  const json source = json::parse(to_json(partly_failed()))["sources"][1];
  CHECK(source["failure"]["kind"] == "locked");
  CHECK(source["failure"]["errorCode"] == "7");
  CHECK(source["status"] == "failed");
  CHECK_FALSE(source.contains("metadata"));
  CHECK_FALSE(source.contains("warnings"));
}

TEST_CASE("the service is that of the first source that answered, else of the first") {
  Assessment two = partly_failed();
  std::swap(two.sources[0], two.sources[1]);
  CHECK(json::parse(to_json(two))["patchServiceUsed"] == "APT");
  CHECK(json::parse(to_json(failed()))["patchServiceUsed"] == "APT");
  CHECK(json::parse(to_json(no_source()))["patchServiceUsed"] == "unknown");
}

TEST_CASE("unknown fields are ignored, unknown words read as what claims least") {
  CHECK(error_of(changed("/somethingNew", {{"deep", {1, 2, 3}}})) == "no error");
  CHECK(error_of(changed("/patches/0/newField", true)) == "no error");
  Assessment read = assessment_from_json(changed("/patches/0/state", "teleported"));
  CHECK(findings_of(read).updates[0].state == UpdateState::installable);
  CHECK(assessment_from_json(changed("/verdict/value", "splendid")).verdict.value == VerdictValue::unknown);
  CHECK(assessment_from_json(changed("/rebootReasons/0/strength", "absolute")).reboot_reasons[0].strength ==
        Strength::weak);
  const auto source = assessment_from_json(changed("/sources/2/failure/kind", "bored")).sources[2];
  CHECK(std::get<Failure>(source.outcome).kind == FailureKind::internal);
}

TEST_CASE("null reads as absent") {
  CHECK(error_of(changed("/patches/0/firstSeen", nullptr)) == "no error");
  CHECK(error_of(changed("/host/cloud", nullptr)) == "no error");
  CHECK(error_of(changed("/patches", nullptr)) == "/patches: required, but missing");
}

TEST_CASE("what is wrong is refused with the place where it stands") {
  struct Case {
    std::string pointer;
    json value;
    std::string error;
  };
  const Case cases[] = {
      {"/schemaVersion", 2, "/schemaVersion: 2 is a version this program does not read"},
      {"/schemaVersion", "1", "/schemaVersion: expected a whole number"},
      {"/assessmentActivityId", 7, "/assessmentActivityId: expected a string"},
      {"/startDateTime", "yesterday", "/startDateTime: expected a time as in RFC 3339, like 2026-11-24T06:37:27Z"},
      {"/rebootPending", "true", "/rebootPending: expected true or false"},
      {"/host", "web-1", "/host: expected an object"},
      {"/host/os/idLike", "debian", "/host/os/idLike: expected an array"},
      {"/host/os/idLike", {"a", 1}, "/host/os/idLike/1: expected a string"},
      {"/patches", json::object(), "/patches: expected an array"},
      {"/patches/0", 3, "/patches/0: expected an object"},
      {"/patches/0/state", 4, "/patches/0/state: expected a string"},
      {"/patches/0/sizeBytes", 1.5, "/patches/0/sizeBytes: expected a whole number"},
      {"/patches/0/sizeBytes", 18446744073709551615U, "/patches/0/sizeBytes: expected a whole number"},
      {"/patches/0/cves/1", json::array(), "/patches/0/cves/1: expected a string"},
      {"/patches/0/advisories/0/id", nullptr, "/patches/0/advisories/0/id: required, but missing"},
      {"/patches/0/source", "pacman", "/patches/0/source: no source of this name has answered"},
      {"/patches/0/source", "dnf", "/patches/0/source: no source of this name has answered"},
      {"/sources/1/name", "apt", "/sources/1/name: two sources of the same name"},
      {"/sources/0/failure",
       {{"kind", "internal"}, {"message", ""}},
       "/sources/0: expected either a failure or metadata"},
      {"/sources/0/metadata", nullptr, "/sources/0: expected either a failure or metadata"},
      {"/sources/0/warnings/0/incomplete", 0, "/sources/0/warnings/0/incomplete: expected true or false"},
      {"/sources/0/metadata/repositories", nullptr, "/sources/0/metadata/repositories: required, but missing"},
      {"/verdict/reasons", 1, "/verdict/reasons: expected an array"},
      {"/agent", json::array(), "/agent: expected an object"},
  };
  for (const auto& [pointer, value, error] : cases) {
    const auto& shown = pointer;
    CAPTURE(shown);
    CHECK(error_of(changed(pointer, value)) == error);
  }
}

TEST_CASE("what is required and missing is named") {
  for (const char* key : {"schemaVersion", "assessmentActivityId", "startDateTime", "lastModifiedDateTime", "host",
                          "sources", "patches", "verdict", "agent"})
    CHECK(error_of(without("", key)) == std::string("/") + key + ": required, but missing");
  for (const char* key :
       {"patchId", "name", "version", "classifications", "severity", "state", "rebootBehavior", "source"})
    CHECK(error_of(without("/patches/0", key)) == std::string("/patches/0/") + key + ": required, but missing");
  for (const char* key : {"name", "patchServiceUsed", "durationMs", "warnings"})
    CHECK(error_of(without("/sources/0", key)) == std::string("/sources/0/") + key + ": required, but missing");
}

TEST_CASE("text that is not JSON is refused, whatever it is, in a short message") {
  const std::string whole = to_json(noncompliant());
  for (std::size_t size = 0; size < whole.size(); size += 7) CHECK(error_of(whole.substr(0, size)) != "no error");
  for (const std::string text : {"", "null", "[]", "42", "\"x\"", "{", "}", "{}", "nul", "\xff\xfe", "{\"a\":1e999}",
                                 "{\"schemaVersion\":1} trailing"}) {
    CAPTURE(text);
    CHECK(error_of(text) != "no error");
  }
  CHECK(error_of(std::string(5'000'000, 'x')).size() < 200);
  CHECK(error_of("{\"a\":\"" + std::string(5'000'000, 'x') + "\xff\"}").size() < 200);
  CHECK(error_of(std::string("{\"schema\0Version\":1}", 20)) != "no error");
}

TEST_CASE("nesting is refused beyond 64 levels before anything is built from it") {
  const auto nested = [](std::size_t depth) {
    return "{\"x\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  CHECK(error_of(nested(64)) == "/schemaVersion: required, but missing");
  CHECK(error_of(nested(65)) == "/: nested deeper than 64 levels at byte 69");
  CHECK(error_of(std::string(10'000'000, '[')) == "/: nested deeper than 64 levels at byte 65");
  CHECK(error_of("{\"x\":\"" + std::string(1000, '[') + "\\\"[[[\"}") == "/schemaVersion: required, but missing");
}

TEST_CASE("the library carries the schema file") {
  std::ifstream file(PATCHSTATE_SOURCE_DIR "/assessment/schema/assessment.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(file.good());
  CHECK(assessment_schema() == text.str());
}

TEST_CASE_TEMPLATE("the schema's vocabularies are those of the code", Enum, Classification, Severity, UpdateState,
                   RebootBehavior, PatchService, FailureKind, Strength, Status, RepositoryState, VerdictValue) {
  json words = json::array();
  for (const auto value : all_values<Enum>()) words.push_back(to_text(value));
  const json schema = json::parse(assessment_schema());
  int found = 0;
  for (const auto& [name, definition] : schema["$defs"].items())
    if (definition.contains("enum") && definition["enum"] == words) ++found;
  CHECK(found == 1);
}

TEST_CASE("the schema has no vocabulary that the code doesn't know, and describes every field") {
  const json schema = json::parse(assessment_schema());
  int vocabularies = 0;
  for (const auto& [name, definition] : schema["$defs"].items()) {
    if (definition.contains("enum")) ++vocabularies;
    const json properties = definition.value("properties", json::object());
    for (const auto& [key, property] : properties.items()) {
      const std::string place = name + "/" + key;
      CAPTURE(place);
      CHECK(property.value("description", "").size() > 5);
    }
  }
  CHECK(vocabularies == 10);
  for (const auto& [key, property] : schema["properties"].items()) CHECK(property.value("description", "").size() > 5);
}
