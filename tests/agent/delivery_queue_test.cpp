// SPDX-License-Identifier: Apache-2.0
#include "agent/delivery_queue.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "agent/state_hash.h"
#include "assessment/assessment_json.h"
#include "platform/files.h"
#include "tests/agent/fake_endpoint.h"
#include "tests/support/temporary_folder.h"

using namespace patchstate;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr Time kNow{1'795'000'000s};
const Delivery kInvalid{Outcome::rejected, "HTTP 422", {}, false};
const Delivery kStranger{Outcome::unauthorized, "HTTP 401", {}, false};
const Delivery kBusy{Outcome::retry_later, "HTTP 503", 90s, false};

Assessment state(const std::string& id, const std::string& package) {
  Assessment assessment;
  assessment.activity_id = id;
  assessment.host.id = "host";
  assessment.agent_version = "0.1.0";
  assessment.last_modified = kNow;
  Findings findings;
  findings.metadata.checked_at = kNow;
  findings.updates.emplace_back().name = package;
  assessment.sources.push_back({"apt", PatchService::APT, {}, findings});
  assessment.verdict.reasons = {{"nothing_pending", "nothing"}};
  assessment.state_hash = state_hash_of(assessment);
  return assessment;
}

struct Waiting {
  test::TemporaryFolder folder;
  Spool spool{queue_folder(folder.path(), kHubQueue)};
  QueueOptions options{queue_folder(folder.path(), kHubQueue), {}, kNow, When::due, 0.5, {}};
  std::vector<Outcome> told;

  Waiting() {
    options.on_result = [this](const DeliveryResult& result) { told.push_back(result.delivery.outcome); };
  }
  void put(const std::string& id, const std::string& package) {
    spool.put(ReportForm::full, to_json(state(id, package)), id);
  }
  QueueResult deliver_to(Endpoint& endpoint) {
    options.deliver = [&](const Parcel& parcel) {
      return deliver(endpoint, parcel, {"https://hub.example.org", folder.path(), {}, options.now, true});
    };
    return deliver_waiting(options);
  }
  DeliveryState delivery_state() const { return read_delivery_state(options.folder); }
};

}  // namespace

TEST_CASE("all states arrive, in order, once") {
  Waiting waiting;
  for (const char* const package : {"bash", "bash", "zlib"})
    waiting.put("id-" + std::to_string(waiting.spool.reports().size()), package);
  test::FakeEndpoint hub({test::kAccepted, test::kAccepted, test::kAccepted});
  const auto result = waiting.deliver_to(hub);
  CHECK(result.accepted == 3);
  CHECK(result.left == 0);
  REQUIRE(hub.bodies.size() == 3);
  CHECK(assessment_from_json(hub.bodies[0]).activity_id == "id-0");
  CHECK(test::is_heartbeat(hub.bodies[1]));  // nothing changed
  CHECK(assessment_from_json(hub.bodies[2]).activity_id == "id-2");
  CHECK(waiting.spool.reports().empty());
  CHECK(waiting.delivery_state().last_success == kNow);
}

TEST_CASE("an endpoint that wants to be left alone is, for as long as it said") {
  Waiting waiting;
  waiting.put("one", "bash");
  waiting.put("two", "zlib");
  test::FakeEndpoint busy({kBusy});
  const auto first = waiting.deliver_to(busy);
  CHECK(busy.bodies.size() == 1);
  CHECK(first.left == 2);
  CHECK(first.not_before == kNow + 90s);
  CHECK(waiting.delivery_state().failures == 1);
  CHECK(waiting.delivery_state().last_error == "HTTP 503");

  test::FakeEndpoint not_asked({});
  waiting.options.now = kNow + 89s;
  CHECK(waiting.deliver_to(not_asked).left == 2);
  CHECK(not_asked.bodies.empty());

  test::FakeEndpoint again({test::kAccepted, test::kAccepted});
  waiting.options.now = kNow + 90s;
  CHECK(waiting.deliver_to(again).left == 0);
  CHECK(waiting.delivery_state().failures == 0);
  CHECK(waiting.delivery_state().last_error.empty());
}

TEST_CASE("by hand it is tried at once") {
  Waiting waiting;
  waiting.put("one", "bash");
  test::FakeEndpoint busy({kBusy});
  waiting.deliver_to(busy);
  waiting.options.when = When::now;
  test::FakeEndpoint again({test::kAccepted});
  CHECK(waiting.deliver_to(again).accepted == 1);
}

TEST_CASE("one that is refused for what it says does not hold up the others") {
  Waiting waiting;
  waiting.put("bad", "bash");
  waiting.put("good", "zlib");
  test::FakeEndpoint hub({kInvalid, test::kAccepted});
  const auto result = waiting.deliver_to(hub);
  CHECK(result.rejected == 1);
  CHECK(result.accepted == 1);
  CHECK(waiting.spool.reports().empty());
  CHECK(waiting.told == std::vector{Outcome::rejected, Outcome::accepted});
}

TEST_CASE("a machine that the hub does not know keeps its reports") {
  Waiting waiting;
  waiting.put("one", "bash");
  test::FakeEndpoint hub({kStranger});
  const auto result = waiting.deliver_to(hub);
  CHECK(result.left == 1);
  CHECK(result.last == Outcome::unauthorized);
  CHECK(result.not_before > kNow);
}

TEST_CASE("torn and foreign files are put aside, and are never sent") {
  Waiting waiting;
  const auto whole = to_json(state("cut", "bash"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1})
    waiting.spool.put(ReportForm::full, whole.substr(0, size), "cut");
  waiting.put("good", "zlib");
  test::FakeEndpoint hub({test::kAccepted});
  const auto result = waiting.deliver_to(hub);
  CHECK(result.rejected == 4);
  CHECK(result.accepted == 1);
  REQUIRE(hub.bodies.size() == 1);
  CHECK(assessment_from_json(hub.bodies[0]).activity_id == "good");
}

TEST_CASE("what was accepted just before a crash is crossed off and not sent again") {
  Waiting waiting;
  waiting.put("one", "bash");
  const auto copy = read_file(waiting.spool.reports()[0]);
  test::FakeEndpoint hub({test::kAccepted});
  waiting.deliver_to(hub);
  waiting.spool.put(ReportForm::full, copy, "one");  // as if it had not been removed
  test::FakeEndpoint not_asked({});
  CHECK(waiting.deliver_to(not_asked).accepted == 1);
  CHECK(not_asked.bodies.empty());
  CHECK(waiting.spool.reports().empty());
}

TEST_CASE("waits double up to an hour, with full jitter, and never end before the endpoint wants") {
  CHECK(wait_after(1, 0.999, {}) == 29s);
  CHECK(wait_after(2, 0.5, {}) == 30s);
  CHECK(wait_after(3, 0.0, {}) == 1s);
  CHECK(wait_after(8, 0.999, {}) == 3596s);
  CHECK(wait_after(1'000'000, 0.5, {}) == 30min);
  CHECK(wait_after(1, 0.5, 90s) == 90s);
  CHECK(wait_after(20, 0.999, 90s) == 3596s);
  CHECK(wait_after(1, 0.5, 100h) == 24h);
  for (const int failures : {-5, 0, 1, 50}) {
    CHECK(wait_after(failures, 1.0, {}) <= 1h);
    CHECK(wait_after(failures, -1.0, {}) >= 1s);
  }
}

TEST_CASE("a clock that was set back does not silence a host") {
  DeliveryState state;
  CHECK(is_due(state, kNow));
  state.not_before = kNow + 1h;
  CHECK_FALSE(is_due(state, kNow));
  CHECK(is_due(state, kNow + 1h));
  CHECK(is_due(state, kNow - 24h));  // no wait is that long
}

TEST_CASE("how delivery goes is read as it was written, and damage only means trying at once") {
  const DeliveryState state{3, kNow + 1h, kNow - 24h, kNow, "cannot send: refused"};
  const auto text = to_text(state);
  CHECK(to_text(parse_delivery_state(text)) == text);
  CHECK(to_text({0, {}, {}, {}, "two\nlines=1"}).find("\nlines") == std::string::npos);
  for (const auto& damaged :
       {std::string(), std::string("failures=99999999999999\nnot_before=soon\n=\n\n"), std::string(100, '\0')})
    CHECK(is_due(parse_delivery_state(damaged), kNow));
}
