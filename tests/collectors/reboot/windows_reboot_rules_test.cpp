// SPDX-License-Identifier: Apache-2.0
#include "collectors/reboot/windows_reboot_rules.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace patchstate;

namespace {

/// Everything could be read, and nothing waits.
WindowsRebootFacts quiet() {
  WindowsRebootFacts facts;
  facts.agent_says = false;
  facts.servicing_reboot_pending = false;
  facts.servicing_reboot_in_progress = false;
  facts.servicing_packages_pending = false;
  facts.update_reboot_required = false;
  facts.pending_renames = 0;
  facts.computer_name = facts.active_computer_name = "WEB01";
  return facts;
}

const RebootReason* reason(const RebootEvidence& evidence, std::string_view source) {
  const auto found = std::find_if(evidence.reasons.begin(), evidence.reasons.end(),
                                  [&](const RebootReason& one) { return one.source == source; });
  return found == evidence.reasons.end() ? nullptr : &*found;
}

TEST_CASE("windows: nothing waits for a reboot where everything says so") {
  const auto evidence = judge_windows_reboot(quiet());
  CHECK(evidence.pending == false);
  CHECK(evidence.reasons.empty());
  CHECK(evidence.warnings.empty());
}

TEST_CASE("windows: each of the agent, its key and component servicing is enough for a reboot") {
  using Fact = std::optional<bool> WindowsRebootFacts::*;
  struct Case {
    Fact fact;
    const char* source;
  };
  for (const auto& one : {Case{&WindowsRebootFacts::agent_says, "windows_update_agent"},
                          Case{&WindowsRebootFacts::update_reboot_required, "windows_update_key"},
                          Case{&WindowsRebootFacts::servicing_reboot_pending, "component_servicing"},
                          Case{&WindowsRebootFacts::servicing_reboot_in_progress, "component_servicing"},
                          Case{&WindowsRebootFacts::servicing_packages_pending, "component_servicing"}}) {
    auto facts = quiet();
    facts.*one.fact = true;
    const auto evidence = judge_windows_reboot(facts);
    CHECK(evidence.pending == true);
    REQUIRE(reason(evidence, one.source) != nullptr);
    CHECK(reason(evidence, one.source)->strength == Strength::strong);
  }
}

TEST_CASE("edge-131: renames and a new computer name are reported and decide nothing") {
  auto facts = quiet();
  facts.pending_renames = 3;
  facts.computer_name = "WEB02";
  const auto evidence = judge_windows_reboot(facts);
  CHECK(evidence.pending == false);
  REQUIRE(reason(evidence, "pending_file_renames") != nullptr);
  CHECK(reason(evidence, "pending_file_renames")->strength == Strength::weak);
  CHECK(reason(evidence, "pending_file_renames")->evidence.starts_with("3 files wait"));
  REQUIRE(reason(evidence, "computer_name") != nullptr);
  CHECK(reason(evidence, "computer_name")->strength == Strength::weak);
  CHECK(reason(evidence, "computer_name")->evidence.find("WEB02") != std::string::npos);
}

TEST_CASE("windows: whether a reboot waits is not known where none of what decides could be read") {
  WindowsRebootFacts facts;
  facts.pending_renames = 0;
  facts.unreadable = {"Component Based Servicing: Access is denied."};
  const auto evidence = judge_windows_reboot(facts);
  CHECK_FALSE(evidence.pending);
  REQUIRE(evidence.warnings.size() == 1);
  CHECK(evidence.warnings[0].code == "reboot_evidence_unreadable");
  CHECK(evidence.warnings[0].message.find("Access is denied") != std::string::npos);
}

TEST_CASE("windows: one answer is enough to deny a reboot, and one unreadable key is told") {
  WindowsRebootFacts facts;
  facts.agent_says = false;
  facts.unreadable = {"Auto Update: Access is denied."};
  const auto evidence = judge_windows_reboot(facts);
  CHECK(evidence.pending == false);
  CHECK(evidence.warnings.size() == 1);
}

}  // namespace
