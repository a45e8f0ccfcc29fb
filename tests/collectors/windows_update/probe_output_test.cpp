// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"
#include "collectors/collector.h"
#include "collectors/windows_update/windows_update_output.h"
#include "tests/collectors/windows_update/recorded.h"

namespace patchstate::windows_update {
namespace {

/// What parse says of it: the message of the CollectorError; empty: it was read.
std::string refusal(const std::string& answer) {
  try {
    parse_probe_output(answer);
  } catch (const CollectorError& error) {
    CHECK(error.kind == FailureKind::unparseable);
    return error.what();
  }
  return {};
}

std::string with(const std::string& members) {
  return R"({"snapshot":"windows_update","search":{"result":"succeeded"},"updates":[])" + members + "}";
}

std::string with_update(const std::string& members) {
  return R"({"snapshot":"windows_update","search":{"result":"succeeded"},"updates":[{"id":"A",)" + members + "}]}";
}

TEST_CASE("an update is read with everything the probe says of it") {
  const Snapshot all = test::recorded_snapshot("wsus.json");
  REQUIRE(all.updates.size() == 2);
  const RawUpdate& one = all.updates[0];
  CHECK(one.id == "33a64099-ba99-4e7f-a2d7-cf7d7fc4029f");
  CHECK(one.revision == 200);
  CHECK(one.title.starts_with("2026-11 Cumulative Update"));
  CHECK(one.type == UpdateType::software);
  CHECK(one.kb_ids == std::vector<std::string>{"5068787"});
  CHECK(one.cve_ids == std::vector<std::string>{"CVE-2026-1111", "CVE-2026-2222"});
  REQUIRE(one.categories.size() == 2);
  CHECK(one.categories[0].id == "0fa1201d-4330-4fa8-8ae9-b877473b6441");
  CHECK(one.categories[0].name == "Sicherheitsupdates");
  CHECK(one.categories[1].type == "Product");
  CHECK(one.msrc_severity == "Critical");
  CHECK(one.size_bytes == 6442450944);
  CHECK(one.is_hidden == false);
  CHECK(one.auto_selection == AutoSelection::let_windows_update_decide);
  CHECK(one.deployment_action == DeploymentAction::installation);
  CHECK(one.reboot_behavior == Reboot::can_request);
  CHECK(one.last_deployment_change == parse_time("2026-11-10T00:00:00Z"));
  CHECK(one.deadline == parse_time("2026-11-24T18:00:00Z"));
  CHECK(one.more_info_urls.size() == 1);
  CHECK(one.superseded_ids.size() == 1);
}

TEST_CASE("what the probe leaves out is not known") {
  const Snapshot all = test::recorded_snapshot("wsus.json");
  const RawUpdate& one = all.updates[1];
  CHECK_FALSE(one.size_bytes);
  CHECK_FALSE(one.browse_only);
  CHECK_FALSE(one.last_deployment_change);
  CHECK(one.auto_selection == AutoSelection::unknown);
  REQUIRE(one.missing.size() == 2);
  CHECK(one.missing[1].property == "IUpdate2.CveIDs");
  CHECK(one.missing[1].error == 0x80004002);
  const Snapshot bare = parse_probe_output(with(""));
  CHECK_FALSE(bare.services);
  CHECK_FALSE(bare.reboot_required);
  CHECK_FALSE(bare.last_search_success);
  CHECK_FALSE(bare.search.online);
}

TEST_CASE("policy, services and the search are read") {
  const Snapshot all = test::recorded_snapshot("wsus.json");
  CHECK(all.agent_version == "10.0.20348.2340");
  CHECK(all.policy.use_wu_server == 1);
  CHECK(all.policy.wu_server == "https://reader:secret@wsus.example.org:8531");
  CHECK(all.policy.source_for_driver_updates == 0);
  CHECK(all.policy.wuauserv_start == 3);
  CHECK_FALSE(all.policy.pause_quality_updates_until);
  REQUIRE(all.services);
  REQUIRE(all.services->size() == 2);
  CHECK(all.services->front().is_default == true);
  CHECK(all.services->back().issued == parse_time("2015-01-01T00:00:00Z"));
  CHECK(all.search.result == SearchResult::succeeded);
  CHECK(all.search.online == true);
  CHECK(all.search.duration.count() == 5123);
  CHECK(all.last_search_success == parse_time("2026-11-27T03:12:45Z"));
  REQUIRE(all.last_installation);
  CHECK(all.last_installation->date == parse_time("2026-11-12T02:10:00Z"));
}

TEST_CASE("ids are compared without regard to how they are written") {
  const auto all =
      parse_probe_output(with_update(R"("supersededIds":["ABCD-EF"],"categories":[{"id":"E6CF1350-C01B"}])"));
  CHECK(all.updates[0].id == "a");
  CHECK(all.updates[0].superseded_ids[0] == "abcd-ef");
  CHECK(all.updates[0].categories[0].id == "e6cf1350-c01b");
}

TEST_CASE("members that are not known are ignored") {
  CHECK(refusal(with(R"(,"later":{"a":[1,2]})")).empty());
}

TEST_CASE("an answer cut at any place is no answer") {
  const std::string whole = test::recorded_answer("wsus.json");
  REQUIRE(refusal(whole).empty());
  const auto end = whole.find_last_of('}');
  for (std::size_t length = 0; length <= end; length += 7) CHECK_FALSE(refusal(whole.substr(0, length)).empty());
  CHECK_FALSE(refusal(whole.substr(0, end)).empty());
  CHECK_FALSE(refusal(whole + "x").empty());
}

TEST_CASE("what is not a whole answer is refused by what is wrong with it") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", "no snapshot"},
      {"{}", "something else"},
      {R"({"snapshot":"apt"})", "something else"},
      {R"({"snapshot":"windows_update","updates":[]})", "there is no search"},
      {R"({"snapshot":"windows_update","search":{},"updates":[]})", "there is no result"},
      {R"({"snapshot":"windows_update","search":{"result":"succeeded"}})", "there is no updates"},
      {R"({"snapshot":"windows_update","search":{"result":"fine"},"updates":[]})", "not known"},
      {with(R"(,"rebootRequired":"yes")"), "neither true nor false"},
      {with(R"(,"rebootRequired":null)"), "neither true nor false"},
      {with(R"(,"apiMajor":8.5)"), "no whole number"},
      {with(R"(,"apiMajor":18446744073709551615)"), "no whole number"},
      {with(R"(,"lastSearchSuccess":"yesterday")"), "no time"},
      {with(R"(,"services":{})"), "no list"},
      {with(R"(,"services":[1])"), "no object"},
      {with(R"(,"policy":[])"), "no object"},
      {with(R"(,"problems":[{"property":"a","error":-1}])"), "no error code"},
      {with(R"(,"problems":[{"property":"a","error":4294967296}])"), "no error code"},
      {with_update(R"("title":7)"), "no text"},
      {with_update(R"("kbIds":[5])"), "no text"},
      {with_update(R"("type":"firmware")"), "not known"},
      {with_update(R"("rebootBehavior":"maybe")"), "not known"},
      {with(R"(,"deep":[[[[[[[[[[[]]]]]]]]]]])"), "no snapshot"}};
  for (const auto& [answer, why] : cases) {
    const std::string said = refusal(answer);
    CHECK_MESSAGE(said.find(why) != std::string::npos, said);
  }
}

TEST_CASE("more updates than any machine is offered are refused, not dropped") {
  std::string list = "{}";
  for (int number = 0; number < 20'000; ++number) list += ",{}";
  const std::string start = R"({"snapshot":"windows_update","search":{"result":"succeeded"},"updates":[)";
  CHECK(refusal(start + list + "]}").find("longer than can be") != std::string::npos);
}

}  // namespace
}  // namespace patchstate::windows_update
