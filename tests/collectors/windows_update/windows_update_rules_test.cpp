// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/windows_update_rules.h"

#include <algorithm>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "assessment/verdict.h"
#include "collectors/collector.h"
#include "collectors/windows_update/windows_update_errors.h"
#include "tests/collectors/windows_update/recorded.h"

namespace patchstate::windows_update {
namespace {

const Time kNow = *parse_time("2026-11-28T06:00:00Z");

Snapshot recorded() {
  return test::recorded_snapshot("wsus.json");
}

const Warning* warning(const Findings& findings, std::string_view code) {
  const auto found = std::find_if(findings.warnings.begin(), findings.warnings.end(),
                                  [&](const Warning& one) { return one.code == code; });
  return found == findings.warnings.end() ? nullptr : &*found;
}

int number_of(const Findings& findings, std::string_view code) {
  return static_cast<int>(std::count_if(findings.warnings.begin(), findings.warnings.end(),
                                        [&](const Warning& one) { return one.code == code; }));
}

/// The CollectorError that judging throws; nullopt: it answered.
std::optional<CollectorError> failure(const Snapshot& snapshot) {
  try {
    judge(snapshot, kNow);
  } catch (const CollectorError& error) {
    return error;
  }
  return std::nullopt;
}

Verdict verdict(const Findings& findings) {
  Assessment assessment;
  assessment.sources.push_back({"windows_update", PatchService::WU, {}, findings});
  return patchstate::judge(assessment, {}, kNow);
}

TEST_CASE("a search of a WSUS server is judged whole") {
  const auto findings = judge(recorded(), kNow);
  CHECK(findings.tool == "Windows Update Agent");
  CHECK(findings.service == PatchService::WU_WSUS);
  CHECK(findings.tool_version == "10.0.20348.2340");
  REQUIRE(findings.updates.size() == 2);
  const auto& one = findings.updates[0];
  CHECK(one.patch_id == "33a64099-ba99-4e7f-a2d7-cf7d7fc4029f.200");
  CHECK(one.kb_id == "5068787");
  CHECK(is_security(one));
  CHECK(one.severity == Severity::critical);
  CHECK(one.origin == "WSUS");
  CHECK(one.repository == findings.metadata.repositories.at(0).name);
  CHECK(one.repository.find("secret") == std::string::npos);
  CHECK_FALSE(is_security(findings.updates[1]));
  CHECK(findings.metadata.missing_advisory_data.empty());
  CHECK(verdict(findings).value == VerdictValue::noncompliant);
}

TEST_CASE("a search that asked its server is the check, another one is as old as the last that did") {
  auto all = recorded();
  CHECK(judge(all, kNow).metadata.checked_at == kNow);
  all.search.online = false;
  CHECK(judge(all, kNow).metadata.checked_at == all.last_search_success);
  CHECK(judge(all, kNow).metadata.checked_evidence.find("LastSearchSuccessDate") != std::string::npos);
  all.search.online.reset();
  CHECK(judge(all, kNow).metadata.checked_at == all.last_search_success);
  all.last_search_success.reset();
  CHECK_FALSE(judge(all, kNow).metadata.checked_at);
}

TEST_CASE("a search that did not succeed has no list, however it ended") {
  for (const auto result : {SearchResult::not_ended, SearchResult::not_started, SearchResult::in_progress,
                            SearchResult::failed, SearchResult::aborted}) {
    auto all = recorded();
    all.search.result = result;
    const auto error = failure(all);
    REQUIRE(error);
    CHECK(error->kind == FailureKind::tool_failed);
  }
}

TEST_CASE("the code of the call that failed says what kind of failure it is, and what to do") {
  struct Case {
    ErrorCode error;
    FailureKind kind;
    const char* name;
  };
  for (const auto& one : {Case{0x80004001, FailureKind::unsupported, "E_NOTIMPL"},
                          Case{0x8024402C, FailureKind::unreachable, "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED"},
                          Case{0x80244018, FailureKind::unreachable, "WU_E_PT_HTTP_STATUS_FORBIDDEN"},
                          Case{0x8024001E, FailureKind::tool_failed, "WU_E_SERVICE_STOP"},
                          Case{0x80070422, FailureKind::disabled, "ERROR_SERVICE_DISABLED"},
                          Case{0x8024500C, FailureKind::disabled, "WU_E_REDIRECTOR_CONNECT_POLICY"},
                          Case{0x80070005, FailureKind::permission_denied, "E_ACCESSDENIED"},
                          Case{0x80040154, FailureKind::tool_missing, "REGDB_E_CLASSNOTREG"},
                          Case{0x80240ABC, FailureKind::tool_failed, "0x80240ABC"}}) {
    CAPTURE(one.name);
    for (const auto result : {SearchResult::not_ended, SearchResult::failed, SearchResult::succeeded}) {
      auto all = recorded();
      all.search.result = result;
      all.search.error = one.error;
      all.search.failed_call = "IUpdateSearcher.BeginSearch";
      const auto error = failure(all);
      REQUIRE(error);
      CHECK(error->kind == one.kind);
      CHECK(error->error_code == one.name);
      CHECK(error->may_pass == explain(one.error).retry_soon);
      CHECK(std::string(error->what()).find("IUpdateSearcher.BeginSearch") != std::string::npos);
      CHECK(std::string(error->what()).find("secret") == std::string::npos);
    }
  }
}

TEST_CASE("a search that was given up timed out, whatever the abort is called") {
  auto all = recorded();
  all.search.result = SearchResult::aborted;
  all.search.error = 0x8024000B;
  all.search.timed_out = true;
  all.search.duration = std::chrono::minutes{10};
  const auto error = failure(all);
  REQUIRE(error);
  CHECK(error->kind == FailureKind::timed_out);
  CHECK(error->error_code == "WU_E_CALL_CANCELLED");
  CHECK(std::string(error->what()).find("600 s") != std::string::npos);
}

TEST_CASE("a service that is disabled is the failure, whatever the search says") {
  auto all = recorded();
  all.policy.wuauserv_start = 4;
  const auto error = failure(all);
  REQUIRE(error);
  CHECK(error->kind == FailureKind::disabled);
  CHECK(std::string(error->what()).find("wuauserv") != std::string::npos);
}

TEST_CASE("edge-127: a search with errors keeps its updates, and says that some may be missing") {
  auto all = recorded();
  all.search.result = SearchResult::succeeded_with_errors;
  all.search.warnings = {
      {0x80241002, "", "windows_installer"}, {0x80241002, "", "windows_installer"}, {0x8024402F, "", "general"}};
  const auto findings = judge(all, kNow);
  CHECK(findings.updates.size() == 2);
  CHECK(number_of(findings, "search_with_errors") == 2);
  REQUIRE(warning(findings, "search_with_errors") != nullptr);
  CHECK(warning(findings, "search_with_errors")->incomplete);
  CHECK(warning(findings, "search_with_errors")->message.find("2 times") != std::string::npos);
  SourceReport report{"windows_update", PatchService::WU, {}, findings};
  CHECK(status_of(report) == Status::partial);
}

TEST_CASE("edge-127: errors that nobody names make it incomplete too, and many of them are not all told") {
  auto all = recorded();
  all.search.result = SearchResult::succeeded_with_errors;
  CHECK(warning(judge(all, kNow), "search_with_errors")->incomplete);
  for (ErrorCode code = 0x80240001; code < 0x80240030; ++code) all.search.warnings.push_back({code, "", "general"});
  CHECK(number_of(judge(all, kNow), "search_with_errors") == 9);
}

TEST_CASE("a warning of a search that succeeded costs nothing unless it says so") {
  auto all = recorded();
  all.search.warnings = {{0x8024402F, "", "general"}};
  CHECK_FALSE(warning(judge(all, kNow), "search_with_errors")->incomplete);
  all.search.warnings = {{0x8024402F, "", "search_incomplete"}};
  CHECK(warning(judge(all, kNow), "search_with_errors")->incomplete);
}

TEST_CASE("a property that could not be read is told once for all updates it is missing of") {
  auto all = recorded();
  const auto findings = judge(all, kNow);
  CHECK(number_of(findings, "properties_unreadable") == 2);
  for (int number = 0; number < 11; ++number) all.updates.push_back(all.updates[1]);
  const auto more = judge(all, kNow);
  CHECK(number_of(more, "properties_unreadable") == 2);
  const auto is_of_cves = [](const Warning& one) { return one.subject == "IUpdate2.CveIDs"; };
  const auto found = std::find_if(more.warnings.begin(), more.warnings.end(), is_of_cves);
  REQUIRE(found != more.warnings.end());
  CHECK(found->message ==
        "CVE ids of 12 updates could not be read: E_NOINTERFACE (0x80004002): this Windows Update Agent does not have "
        "the "
        "interface");
  CHECK_FALSE(found->incomplete);
}

TEST_CASE("an agent that is too old for something says for what, once") {
  auto all = recorded();
  all.missing_interfaces = {"IUpdate2", "IUpdate3"};
  all.updates[0].missing = {{"IUpdate2.CveIDs", 0x80004002}};
  const auto findings = judge(all, kNow);
  REQUIRE(warning(findings, "agent_outdated") != nullptr);
  CHECK(warning(findings, "agent_outdated")->message ==
        "this Windows Update Agent 10.0.20348.2340 can't tell CVE ids and which updates wait for a reboot and which "
        "updates are offered as optional (BrowseOnly) (it lacks IUpdate2 and IUpdate3)");
  CHECK(number_of(findings, "properties_unreadable") == 1);
}

TEST_CASE("an update that could not be taken out of the result makes the list incomplete") {
  auto all = recorded();
  all.problems = {{"IAutomaticUpdates2.Results", 0x80004001}, {"IUpdateCollection.Item", 0x80004005}};
  const auto findings = judge(all, kNow);
  REQUIRE(number_of(findings, "agent_error") == 2);
  CHECK_FALSE(findings.warnings.at(findings.warnings.size() - 2).incomplete);
  CHECK(findings.warnings.back().incomplete);
}

TEST_CASE("updates that can't be classed leave the verdict open") {
  auto all = recorded();
  for (auto& one : all.updates) {
    one.categories.clear();
    one.cve_ids.clear();
    one.msrc_severity.clear();
  }
  const auto findings = judge(all, kNow);
  CHECK(findings.metadata.missing_advisory_data.size() == 1);
  CHECK(verdict(findings).value == VerdictValue::unknown);
}

TEST_CASE("definitions alone leave a machine compliant") {
  auto all = recorded();
  all.updates.erase(all.updates.begin());
  CHECK(verdict(judge(all, kNow)).value == VerdictValue::compliant);
}

TEST_CASE("a scan package is as old as its signature, and says what it can't tell") {
  auto all = recorded();
  all.search.offline_package = true;
  all.search.service_id = "5d4f1c1e-0000-4000-8000-000000000000";
  UpdateService package;
  package.id = all.search.service_id;
  package.is_scan_package = true;
  package.issued = parse_time("2026-11-10T00:00:00Z");
  all.services->push_back(package);
  const auto findings = judge(all, kNow);
  CHECK(findings.metadata.checked_at == package.issued);
  CHECK(findings.metadata.published_at == package.issued);
  REQUIRE(warning(findings, "security_updates_only") != nullptr);
  CHECK_FALSE(warning(findings, "security_updates_only")->incomplete);
  CHECK(findings.updates[0].repository == "scan package");
  all.services->back().issued.reset();
  CHECK_FALSE(judge(all, kNow).metadata.checked_at);
}

}  // namespace
}  // namespace patchstate::windows_update
