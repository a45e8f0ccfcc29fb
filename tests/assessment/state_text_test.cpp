// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <variant>

#include <doctest/doctest.h>

#include "assessment/assessment.h"
#include "tests/assessment/samples.h"

using namespace patchstate;
using namespace patchstate::test;

TEST_CASE("the state of two runs is the same text when only ids, times, durations and numbers of processes differ") {
  const Assessment first = everything();
  Assessment second = first;
  second.activity_id = "another";
  second.state_hash = "of another";
  second.started += std::chrono::hours{6};
  second.last_modified += std::chrono::hours{6};
  for (auto& reason : second.verdict.reasons) reason.message += ", six hours later";
  for (auto& reason : second.reboot_reasons) reason.evidence = "13 processes";
  for (auto& source : second.sources) source.duration += std::chrono::seconds{1};
  Assessment third = first;
  third.warnings.push_back({"processes_unreadable", "12 processes can't be looked into", {}, false});
  second.warnings.push_back({"processes_unreadable", "9 processes can't be looked into", {}, false});
  CHECK(state_text(second) == state_text(third));
  second.warnings.pop_back();
  CHECK(state_text(second) == state_text(first));
}

TEST_CASE("the state of two runs differs when anything else does") {
  const Assessment first = everything();
  Assessment second = first;
  SUBCASE("the findings, for which their digest stands") {
    for (auto& source : second.sources)
      if (auto* findings = std::get_if<Findings>(&source.outcome)) findings->digest = "of others";
  }
  SUBCASE("the verdict") {
    second.verdict.value = VerdictValue::compliant;
  }
  SUBCASE("a reason of the verdict") {
    second.verdict.reasons.front().code = "another";
  }
  SUBCASE("the answer of a source") {
    second.sources.front().outcome = Failure{};
  }
  SUBCASE("a source more") {
    second.sources.push_back(second.sources.front());
  }
  SUBCASE("the host") {
    second.host.kernel_running = "6.1.0-99";
  }
  SUBCASE("the agent") {
    second.agent_version = "9";
  }
  SUBCASE("the interval") {
    second.interval = std::chrono::hours{1};
  }
  SUBCASE("reboot pending") {
    second.reboot_pending.reset();
  }
  SUBCASE("a reason to reboot") {
    second.reboot_reasons.emplace_back();
  }
  SUBCASE("a warning") {
    second.warnings.emplace_back();
  }
  CHECK(state_text(second) != state_text(first));
}

TEST_CASE("the state of findings is the same text when only the time of the last check differs") {
  Findings first;
  for (const auto& source : everything().sources)
    if (const auto* findings = std::get_if<Findings>(&source.outcome);
        findings != nullptr && !findings->metadata.repositories.empty())
      first = *findings;
  REQUIRE_FALSE(first.updates.empty());
  REQUIRE_FALSE(first.metadata.repositories.empty());
  Findings second = first;
  second.digest = "of another";
  second.metadata.checked_at = Time{};
  for (auto& repository : second.metadata.repositories) repository.checked_at = Time{};
  CHECK(state_text(second) == state_text(first));
  SUBCASE("an update") {
    second.updates.emplace_back();
  }
  SUBCASE("a field of an update") {
    second.updates.front().state = UpdateState::held;
  }
  SUBCASE("a repository") {
    second.metadata.repositories.front().name = "another";
  }
  SUBCASE("a warning") {
    second.warnings.emplace_back();
  }
  SUBCASE("the tool") {
    second.tool = "another";
  }
  SUBCASE("its version") {
    second.tool_version = "another";
  }
  CHECK(state_text(second) != state_text(first));
}
