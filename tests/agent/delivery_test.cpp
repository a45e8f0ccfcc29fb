// SPDX-License-Identifier: Apache-2.0
#include "agent/delivery.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "agent/hub_answer_json.h"
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
  const auto heartbeat = heartbeat_json(assessed());
  CHECK(heartbeat.size() < 1024);
  CHECK(heartbeat.find("\"metadataCheckedAt\":\"" + format_time(kNow - 5h) + '"') != std::string::npos);
  auto unchecked = assessed();
  unchecked.sources.clear();
  CHECK(heartbeat_json(unchecked).find("metadataCheckedAt") == std::string::npos);
}

TEST_CASE("a heartbeat is sent only where the same hub has the same state since less than a day") {
  const auto same = assessed();
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
  auto edited = same;
  edited.sources.clear();
  CHECK(form_for(edited, accepted, kHub, kNow) == ReportForm::full);
  // Read back from its JSON it is still the same.
  CHECK(form_for(assessment_from_json(to_json(same)), accepted, kHub, kNow) == ReportForm::heartbeat);
}

TEST_CASE("a hub that does not know the state gets it in full at once") {
  const test::TemporaryFolder folder;
  const Parcel parcel{assessed(), "the full report"};
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

TEST_CASE("what can't be remembered was accepted all the same") {
  FakeEndpoint endpoint({kAccepted});
  const auto result = deliver(endpoint, {assessed(), "the full report"}, {kHub, "/proc/nothing", {}, kNow});
  CHECK(result.delivery.outcome == Outcome::accepted);
  CHECK(result.warning.find("/proc/nothing") != std::string::npos);
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

TEST_CASE("only an answer that names the report is a receipt for it") {
  const std::string report = R"({"assessmentActivityId":"961AFB2E-aad8-489c-84b7-bd120c64b6d3"})";
  const auto of = [&report](int status, const std::string& body) {
    return delivery_of_report({status, body, {}, {}}, report);
  };
  const auto taken = of(202, R"({"assessmentActivityId":"961afb2e-aad8-489c-84b7-bd120c64b6d3","sendFull":true})");
  CHECK(taken.outcome == Outcome::accepted);
  CHECK(taken.send_full);
  for (const auto* body : {"", "{}", "<html>", R"({"assessmentActivityId":""})", R"({"assessmentActivityId":"afb2e"})",
                           R"({"assessmentActivityId":"961afb2e"})", R"({"assessmentActivityId":["961afb2e"]})"}) {
    CHECK_MESSAGE(of(200, body).outcome == Outcome::retry_later, body);
    CHECK_FALSE(of(200, body).send_full);
  }
}

TEST_CASE("a refusal that is not about the report itself puts none aside") {
  const std::string words = R"({"title":"the body is not JSON"})";
  CHECK(delivery_of({400, words, {}, {}}).outcome == Outcome::rejected);
  CHECK(delivery_of({400, "<html>", {}, {}}).outcome == Outcome::retry_later);
  CHECK(delivery_of({413, {}, {}, {}}).outcome == Outcome::rejected);
  CHECK(delivery_of({422, {}, {}, {}}).outcome == Outcome::rejected);
  CHECK(delivery_of({401, words, {}, {}}).outcome == Outcome::unauthorized);
  CHECK(delivery_of({403, words, {}, {}}).outcome == Outcome::unauthorized);
  for (const int status : {402, 404, 405, 407, 408, 409, 410, 415, 421, 426, 429, 451})
    CHECK(delivery_of({status, words, {}, {}}).outcome == Outcome::retry_later);
}
