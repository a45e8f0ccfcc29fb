// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "collectors/windows_update/windows_update_collector.h"
#include "collectors/windows_update/windows_update_output.h"
#include "collectors/windows_update/windows_update_probe_json.h"
#include "tests/collectors/windows_update/recorded.h"
#include "tests/support/replay_runner.h"

namespace patchstate::windows_update {
namespace {

const Time kNow = *parse_time("2026-11-28T06:00:00Z");

struct Answer {
  std::optional<Findings> findings;
  std::optional<CollectorError> error;
  Command command;
};

Answer collected(const ProcessResult& result, const std::filesystem::path& offline_cab = {}) {
  test::ReplayRunner runner;
  runner.add({std::string(kProbeArgument)}, result);
  Answer answer;
  try {
    answer.findings = WindowsUpdateCollector({runner, "/", {}, kNow, offline_cab}).collect();
  } catch (const CollectorError& error) {
    answer.error = error;
  }
  REQUIRE(runner.commands.size() == 1);
  answer.command = runner.commands[0];
  return answer;
}

ProcessResult ended(Ending ending) {
  ProcessResult result;
  result.ending = ending;
  return result;
}

TEST_CASE("the answer of the probe is read and judged") {
  const auto answer = collected(test::ReplayRunner::exited(0, snapshot_json(test::recorded_snapshot("wsus.json"))));
  REQUIRE(answer.findings);
  CHECK(answer.findings->updates.size() == 2);
}

TEST_CASE("the probe has a deadline beyond that of its search, and a limit of memory") {
  const auto command = collected(ended(Ending::timed_out)).command;
  const auto at = std::find(command.argv.begin(), command.argv.end(), "--deadline");
  REQUIRE(at != command.argv.end());
  CHECK(command.deadline > std::chrono::seconds(std::stoi(*(at + 1))));
  CHECK(command.memory_cap > 0);
  CHECK(std::count(command.argv.begin(), command.argv.end(), "--offline-cab") == 0);
}

TEST_CASE("a scan package is handed on") {
  const auto argv = collected(ended(Ending::timed_out), "/wsusscn2.cab").command.argv;
  CHECK(argv.at(argv.size() - 2) == "--offline-cab");
  CHECK(argv.back() == "/wsusscn2.cab");
}

TEST_CASE("a probe without an answer is a failure that says what to do, never an empty list") {
  ProcessResult crashed = ended(Ending::signalled);
  crashed.signal = static_cast<int>(0xC0000005U);
  const std::vector<std::pair<ProcessResult, FailureKind>> endings = {
      {ended(Ending::timed_out), FailureKind::timed_out},
      {crashed, FailureKind::tool_failed},
      {ended(Ending::too_much_output), FailureKind::unparseable},
      {ended(Ending::failed_to_start), FailureKind::internal},
      {test::ReplayRunner::exited(2, ""), FailureKind::tool_failed},
      {test::ReplayRunner::exited(0, ""), FailureKind::unparseable},
      {test::ReplayRunner::exited(0, R"({"snapshot":"windows_update","updates":[)"), FailureKind::unparseable},
  };
  for (const auto& ending : endings) {
    const auto answer = collected(ending.first);
    CHECK_FALSE(answer.findings);
    REQUIRE(answer.error);
    CHECK(answer.error->kind == ending.second);
  }
  CHECK(collected(crashed).error->error_code == "0xC0000005");
}

TEST_CASE("what the probe writes is read back as it was, in each of its members") {
  const std::string written = snapshot_json(test::recorded_snapshot("wsus.json"));
  CHECK(snapshot_json(parse_probe_output(written)) == written);
  Snapshot whole = test::recorded_snapshot("wsus.json");
  REQUIRE_FALSE(whole.updates.empty());
  RawUpdate& one = whole.updates[0];
  one.title = "a \"title\"\nof two lines — é";
  one.auto_selection = AutoSelection::always_auto_select;
  one.deployment_action = DeploymentAction::optional_installation;
  one.reboot_behavior = Reboot::can_request;
  one.deadline = kNow;
  one.missing = {{"IUpdate.MaxDownloadSize", 0xFFFFFFFFU}};
  whole.services.reset();
  whole.search.timed_out = true;
  whole.search.result = SearchResult::aborted;
  whole.search.duration = std::chrono::milliseconds{1501};
  const Snapshot read = parse_probe_output(snapshot_json(whole));
  CHECK(read.updates[0].auto_selection == one.auto_selection);
  CHECK(read.updates[0].deployment_action == one.deployment_action);
  CHECK(read.updates[0].reboot_behavior == one.reboot_behavior);
  CHECK(read.updates[0].deadline == one.deadline);
  REQUIRE(read.updates[0].missing.size() == 1);
  CHECK(read.updates[0].missing[0].error == 0xFFFFFFFFU);
  CHECK_FALSE(read.services);
  CHECK(read.search.timed_out);
  CHECK(read.search.result == SearchResult::aborted);
  CHECK(read.search.duration == whole.search.duration);
}

}  // namespace
}  // namespace patchstate::windows_update
