// SPDX-License-Identifier: Apache-2.0
#include "agent/delivery.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "agent/hub_answer_json.h"
#include "agent/last_assessment.h"
#include "agent/state_hash.h"
#include "assessment/assessment_json.h"
#include "tests/agent/fake_endpoint.h"
#include "tests/agent/temporary_folder.h"

using namespace patchstate;
using test::FakeEndpoint;
using test::is_heartbeat;
using test::kAccepted;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow{1'795'000'000s};
constexpr const char* kHub = "https://hub.example.org";

Assessment assessed() {
  Assessment assessment;
  assessment.activity_id = "961afb2e-aad8-489c-84b7-bd120c64b6d3";
  assessment.host.id = std::string(256, 'h');
  assessment.agent_version = "0.1.0";
  assessment.last_modified = kNow - 1min;
  assessment.interval = 6h;
  for (const auto& [name, age] : {std::pair{"apt", 2h}, std::pair{"zypper", 5h}}) {
    Findings findings;
    findings.metadata.checked_at = kNow - age;
    assessment.sources.push_back({name, PatchService::APT, {}, findings});
  }
  assessment.sources.push_back({"dnf", PatchService::YUM, {}, Failure{}});
  assessment.verdict.reasons = {{"source_failed", "dnf failed"}};
  assessment.state_hash = state_hash_of(assessment);
  return assessment;
}

const Delivery kSendFull{Outcome::accepted, {}, {}, true};
const Delivery kLater{Outcome::retry_later, "busy", {}, false};

}  // namespace

TEST_CASE("a heartbeat is less than 1 KiB and names the oldest check of any source") {
  const auto heartbeat = to_json(heartbeat_of(assessed()));
  CHECK(heartbeat.size() < 1024);
  CHECK(heartbeat.find("\"metadataCheckedAt\":\"" + format_time(kNow - 5h) + '"') != std::string::npos);
  auto unchecked = assessed();
  unchecked.sources.clear();
  CHECK(to_json(heartbeat_of(unchecked)).find("metadataCheckedAt") == std::string::npos);
}

TEST_CASE("a heartbeat is sent only where the same hub has the same state since less than a day") {
  const auto assessment = assessed();
  const auto same = heartbeat_of(assessment);
  const AcceptedReport accepted{kHub, "another", same.state_hash, kNow};
  CHECK(form_for(same, accepted, kHub, kNow) == ReportForm::heartbeat);
  CHECK(form_for(same, accepted, kHub, kNow + 24h - 1s) == ReportForm::heartbeat);
  CHECK(form_for(same, accepted, kHub, kNow + 24h) == ReportForm::full);
  CHECK(form_for(same, accepted, kHub, kNow - 1s) == ReportForm::full);
  CHECK(form_for(same, accepted, "https://other.example.org", kNow) == ReportForm::full);
  CHECK(form_for(same, std::nullopt, kHub, kNow) == ReportForm::full);

  auto without = same;
  without.state_hash.clear();
  CHECK(form_for(without, AcceptedReport{kHub, "", "", kNow}, kHub, kNow) == ReportForm::full);
}

TEST_CASE("a report that was edited no longer says what its hash says, and read back it still does") {
  const AcceptedReport accepted{kHub, "another", assessed().state_hash, kNow};
  const auto form_of = [&](const Assessment& assessment) {
    const auto parcel = parcel_from(to_json(assessment), "file").parcel;
    REQUIRE(parcel.has_value());
    return form_for(parcel->heartbeat, accepted, kHub, kNow);
  };
  CHECK(form_of(assessed()) == ReportForm::heartbeat);
  auto edited = assessed();
  edited.sources.clear();
  CHECK(form_of(edited) == ReportForm::full);
}

TEST_CASE("a hub that does not know the state gets it in full at once") {
  const test::TemporaryFolder folder;
  const Parcel parcel{heartbeat_of(assessed()), "the full report"};
  const DeliveryOptions options{kHub, folder.path(), {}, kNow};

  FakeEndpoint first({kAccepted});
  CHECK(deliver(first, parcel, options).form == ReportForm::full);
  CHECK(first.bodies == std::vector<std::string>{"the full report"});

  FakeEndpoint second({kAccepted});
  CHECK(deliver(second, parcel, options).form == ReportForm::heartbeat);
  REQUIRE(second.bodies.size() == 1);
  CHECK(is_heartbeat(second.bodies[0]));

  FakeEndpoint forgetful({kSendFull, kSendFull});
  CHECK(deliver(forgetful, parcel, options).form == ReportForm::full);
  REQUIRE(forgetful.bodies.size() == 2);
  CHECK(is_heartbeat(forgetful.bodies[0]));
  CHECK(forgetful.bodies[1] == "the full report");

  FakeEndpoint failing({kSendFull, kLater});
  CHECK(deliver(failing, parcel, options).delivery.outcome == Outcome::retry_later);
}

TEST_CASE("a heartbeat that the hub wants in full is the last report, brought up to it") {
  const test::TemporaryFolder folder;
  auto earlier = assessed();
  write_last_report(folder.path(), ReportForm::full, report_of(earlier, ReportForm::full));
  auto now = earlier;
  now.activity_id = "later";
  now.last_modified = kNow + 1h;
  std::get<Findings>(now.sources[1].outcome).metadata.checked_at = kNow + 30min;
  std::get<Findings>(now.sources[0].outcome).metadata.checked_at = kNow + 40min;
  const auto parcel = parcel_from(report_of(now, ReportForm::heartbeat), "file").parcel;
  REQUIRE(parcel.has_value());
  CHECK_FALSE(parcel->is_full());
  const DeliveryOptions options{kHub, folder.path(), {}, kNow + 1h};

  FakeEndpoint hub({kAccepted});
  CHECK(deliver(hub, *parcel, options).form == ReportForm::full);
  REQUIRE(hub.bodies.size() == 1);
  const auto sent = assessment_from_json(hub.bodies[0]);
  CHECK(sent.activity_id == "later");
  CHECK(sent.last_modified == kNow + 1h);
  CHECK(std::get<Findings>(sent.sources[1].outcome).metadata.checked_at == kNow + 30min);
  CHECK(sent.state_hash == earlier.state_hash);

  SUBCASE("the same one again is not sent again where that matters") {
    FakeEndpoint not_asked({});
    auto once = options;
    once.once = true;
    CHECK(deliver(not_asked, *parcel, once).delivery.outcome == Outcome::accepted);
  }
  SUBCASE("when the state has changed since, the report that follows says so") {
    earlier.agent_version = "0.2.0";
    earlier.state_hash = state_hash_of(earlier);
    write_last_report(folder.path(), ReportForm::full, report_of(earlier, ReportForm::full));
    FakeEndpoint forgetful({kSendFull});
    const auto result = deliver(forgetful, *parcel, options);
    CHECK(result.delivery.outcome == Outcome::accepted);
    CHECK(is_heartbeat(forgetful.bodies[0]));
    CHECK_FALSE(result.remark.empty());
  }
}

TEST_CASE("a heartbeat is read as it was written, and nothing else is one") {
  const auto written = heartbeat_of(assessed());
  const auto text = to_json(written);
  const auto read = heartbeat_from_json(text);
  REQUIRE(read.has_value());
  CHECK(to_json(*read) == text);
  for (std::size_t end = 0; end < text.size(); ++end) CHECK_FALSE(heartbeat_from_json(text.substr(0, end)));
  for (const char* const other : {"[]", "{}", "{\"heartbeat\":true}", "{\"heartbeat\":true,\"host\":1,\"agent\":[]}"})
    CHECK_FALSE(heartbeat_from_json(other));
  CHECK_FALSE(heartbeat_from_json(to_json(assessed())));
  CHECK_FALSE(heartbeat_from_json(std::string(4000, '[')));
}

TEST_CASE("what can't be remembered was accepted all the same") {
  FakeEndpoint endpoint({kAccepted});
  const auto result =
      deliver(endpoint, {heartbeat_of(assessed()), "the full report"}, {kHub, "/proc/nothing", {}, kNow});
  CHECK(result.delivery.outcome == Outcome::accepted);
  CHECK(result.remark.find("/proc/nothing") != std::string::npos);
}

TEST_CASE("what was accepted is read as it was written, and nothing else is") {
  const AcceptedReport report{kHub, "961afb2e", "abc", kNow};
  const auto text = to_text(report);
  const auto read = parse_accepted_report(text);
  REQUIRE(read.has_value());
  CHECK(to_text(*read) == text);
  for (std::size_t end = 0; end < text.size(); ++end) CHECK_FALSE(parse_accepted_report(text.substr(0, end)));
  CHECK_FALSE(parse_accepted_report(text + "more\n"));
  CHECK_FALSE(parse_accepted_report("x" + text));
}

TEST_CASE("no answer is a reason to come again, whatever time it names") {
  CHECK(delivery_of({0, {}, {}, "no route"}).outcome == Outcome::retry_later);
  CHECK(delivery_of({0, {}, {}, "no route"}).reason == "no route");
  CHECK(delivery_of({503, {}, 48h, {}}).retry_after == std::chrono::seconds{24h});
  CHECK(delivery_of({503, {}, -5s, {}}).retry_after == 0s);
  CHECK(delivery_of({100, {}, {}, {}}).outcome == Outcome::retry_later);
  CHECK(delivery_of({999, {}, {}, {}}).outcome == Outcome::retry_later);
}

TEST_CASE("a page for people is no receipt, whatever its status") {
  const auto of = [](const std::string& body) { return delivery_of_report({202, body, {}, {}}); };
  CHECK(of("").outcome == Outcome::accepted);
  CHECK(of("{}").outcome == Outcome::accepted);
  CHECK(of(R"({"sendFull":true})").send_full);
  CHECK(delivery_of_report({400, "<html>", {}, {}}).outcome == Outcome::retry_later);
  CHECK(delivery_of_report({413, "<html>", {}, {}}).outcome == Outcome::rejected);
  CHECK(delivery_of_report({422, "{}", {}, {}}).outcome == Outcome::rejected);
  for (const auto* body : {"<html>", "[]", "null", "{\"sendFull\":true", "\xff"}) {
    CHECK_MESSAGE(of(body).outcome == Outcome::retry_later, body);
    CHECK_FALSE(of(body).send_full);
  }
}

TEST_CASE("a refusal that says nothing about the report puts none aside") {
  for (const int status : {400, 402, 406, 409, 410, 411, 413, 415, 422, 451})
    CHECK(delivery_of({status, {}, {}, {}}).outcome == Outcome::rejected);
  for (const int status : {401, 403}) CHECK(delivery_of({status, {}, {}, {}}).outcome == Outcome::unauthorized);
  CHECK(delivery_of({403, R"({"title":"this key belongs to another host","pointer":"/host/id"})", {}, {}}).outcome ==
        Outcome::rejected);
  for (const int status : {404, 405, 407, 408, 421, 425, 429})
    CHECK(delivery_of({status, {}, {}, {}}).outcome == Outcome::retry_later);
}
