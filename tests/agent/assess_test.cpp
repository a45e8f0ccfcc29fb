// SPDX-License-Identifier: Apache-2.0
#include "agent/assess.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>

#include "agent/version.h"
#include "tests/agent/temporary_folder.h"
#include "tests/support/replay_runner.h"

using namespace patchstate;
using namespace std::chrono_literals;

namespace {

const Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

class FakeCollector final : public Collector {
 public:
  explicit FakeCollector(std::function<Findings()> answer) : answer_(std::move(answer)) {}
  std::string_view source() const override { return "fake"; }
  Findings collect() override { return answer_(); }

 private:
  std::function<Findings()> answer_;
};

Findings good_findings() {
  Findings findings;
  findings.metadata.checked_at = kNow - 1h;
  return findings;
}

Update security_update(const std::string& name, const std::string& version) {
  Update update;
  update.patch_id = name + ":amd64";
  update.name = name;
  update.version = version;
  update.classifications = {Classification::security};
  return update;
}

CollectorChoice choice(const std::string& source, std::function<Findings()> answer) {
  CollectorChoice choice;
  choice.source = source;
  choice.service = PatchService::APT;
  choice.fits = true;
  choice.collector = std::make_unique<FakeCollector>(std::move(answer));
  choice.fingerprint = "state 1";
  return choice;
}

/// A Debian root in which nothing runs, and everything assess_host needs.
struct World {
  World() {
    std::filesystem::create_directories(folder.path() / "etc");
    std::ofstream(folder.path() / "etc/os-release") << "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n";
    config.cloud = CloudLookup::off;
  }
  Assessment assess() {
    AssessOptions options{access, choices, config};
    options.cache = FindingsCache(cache);
    options.previous = [this] { return previous; };
    options.refresh = refresh;
    return assess_host(options);
  }

  test::TemporaryFolder folder;
  test::ReplayRunner runner;
  HostAccess access{runner, folder.path(), {}, kNow};
  std::vector<CollectorChoice> choices;
  Config config;
  std::filesystem::path cache;
  std::optional<Assessment> previous;
  std::function<RefreshResult()> refresh;
};

const Failure& failure_of(const Assessment& assessment) {
  REQUIRE(assessment.sources.size() == 1);
  REQUIRE(std::holds_alternative<Failure>(assessment.sources[0].outcome));
  return std::get<Failure>(assessment.sources[0].outcome);
}

bool warns(const Assessment& assessment, std::string_view code) {
  return std::any_of(assessment.warnings.begin(), assessment.warnings.end(),
                     [&](const auto& w) { return w.code == code; });
}

template <class Error>
std::function<Findings()> throws(Error error) {
  return [error]() -> Findings { throw error; };
}

}  // namespace

TEST_CASE("whatever a collector throws is a failure of its source, and never good news") {
  const auto system_error = [](std::errc code) {
    return throws(std::system_error(std::make_error_code(code), "reading x"));
  };
  struct Case {
    std::function<Findings()> collect;
    FailureKind kind;
    std::string_view message;
  };
  const std::vector<Case> cases = {
      {throws(CollectorError(FailureKind::locked, "held by 4711", "100")), FailureKind::locked, "held by 4711"},
      {system_error(std::errc::permission_denied), FailureKind::permission_denied, "reading x"},
      {system_error(std::errc::operation_not_permitted), FailureKind::permission_denied, "reading x"},
      {system_error(std::errc::timed_out), FailureKind::timed_out, "reading x"},
      {system_error(std::errc::no_such_file_or_directory), FailureKind::tool_missing, "reading x"},
      {system_error(std::errc::device_or_resource_busy), FailureKind::locked, "reading x"},
      {system_error(std::errc::network_unreachable), FailureKind::unreachable, "reading x"},
      {system_error(std::errc::file_too_large), FailureKind::unparseable, "reading x"},
      {system_error(std::errc::io_error), FailureKind::internal, "reading x"},
      {system_error(std::errc::resource_unavailable_try_again), FailureKind::internal, "reading x"},
      {throws(std::runtime_error("impossible")), FailureKind::internal, "impossible"},
      {throws(std::bad_alloc()), FailureKind::internal, "bad_alloc"},
  };
  for (const auto& [collect, kind, message] : cases) {
    const auto& shown = message;
    CAPTURE(shown);
    World world;
    world.choices.push_back(choice("apt", collect));
    const auto assessment = world.assess();
    CHECK(failure_of(assessment).kind == kind);
    CHECK(failure_of(assessment).message.find(message) != std::string::npos);
    CHECK(assessment.verdict.value == VerdictValue::unknown);
    CHECK(status_of(assessment) == Status::failed);
  }
}

TEST_CASE("findings that say which service they are from have the last word") {
  World world;
  world.choices.push_back(choice("apt", good_findings));
  CHECK(world.assess().sources.at(0).service == PatchService::APT);
  world.choices.clear();
  world.choices.push_back(choice("apt", [] {
    Findings findings = good_findings();
    findings.service = PatchService::WU_WSUS;
    return findings;
  }));
  CHECK(world.assess().sources.at(0).service == PatchService::WU_WSUS);
}

TEST_CASE("the error code of a tool is kept") {
  World world;
  world.choices.push_back(choice("apt", throws(CollectorError(FailureKind::tool_failed, "apt-get failed", "100"))));
  CHECK(failure_of(world.assess()).error_code == "100");
}

TEST_CASE("edge-99: a password in a failure or a warning never gets into the assessment") {
  World world;
  const std::string url = "https://joe:hunter2@example.org/debian";
  world.choices.push_back(choice("apt", throws(CollectorError(FailureKind::unreachable, "no answer from " + url))));
  CHECK(failure_of(world.assess()).message.find("hunter2") == std::string::npos);

  world.choices.clear();
  world.choices.push_back(choice("apt", [&] {
    auto findings = good_findings();
    findings.warnings.push_back({"w", "look at " + url, url, false});
    findings.metadata.repositories.push_back({});
    findings.metadata.repositories.back().name = url + " bookworm/main";
    findings.updates.push_back(security_update("bash", "2"));
    findings.updates.back().repository = url + " bookworm/main";
    findings.updates.back().evidence = "offered by " + url;
    return findings;
  }));
  const auto assessment = world.assess();
  const auto& findings = std::get<Findings>(assessment.sources.at(0).outcome);
  CHECK(findings.warnings.at(0).message.find("hunter2") == std::string::npos);
  CHECK(findings.warnings.at(0).subject.find("hunter2") == std::string::npos);
  CHECK(findings.metadata.repositories.at(0).name.find("hunter2") == std::string::npos);
  CHECK(findings.updates.at(0).repository.find("hunter2") == std::string::npos);
  CHECK(findings.updates.at(0).evidence.find("hunter2") == std::string::npos);
}

TEST_CASE("edge-91: a system that no collector fits is unknown, and told by its name") {
  World world;
  world.choices.push_back({});
  world.choices.back().source = "apt";
  world.choices.back().reason = "no dpkg database";
  const auto assessment = world.assess();
  CHECK(assessment.sources.empty());
  CHECK(assessment.verdict.value == VerdictValue::unknown);
  REQUIRE(warns(assessment, "no_collector"));
  const auto& message = assessment.warnings.back().message;
  CHECK(message.find("Debian 12") != std::string::npos);
  CHECK(message.find("apt: no dpkg database") != std::string::npos);
}

TEST_CASE("a collector that the configuration names must answer, even where it does not fit") {
  World world;
  world.choices.push_back({});
  world.choices.back().source = "dnf";
  world.choices.back().reason = "no rpm database";
  world.choices.push_back(choice("apt", good_findings));
  world.config.collectors = {"dnf"};
  const auto assessment = world.assess();
  CHECK(failure_of(assessment).kind == FailureKind::unsupported);
  CHECK(assessment.sources[0].name == "dnf");
  CHECK(assessment.verdict.value == VerdictValue::unknown);
}

TEST_CASE("a source that fails takes nothing away from another's updates, and the verdict says what is known") {
  World world;
  world.choices.push_back(choice("apt", throws(std::runtime_error("impossible"))));
  world.choices.push_back(choice("other", [] {
    auto findings = good_findings();
    findings.updates.push_back(security_update("bash", "2"));
    return findings;
  }));
  const auto assessment = world.assess();
  CHECK(assessment.sources.size() == 2);
  CHECK(assessment.verdict.value == VerdictValue::noncompliant);
  CHECK(status_of(assessment) == Status::partial);
}

TEST_CASE("who and when: a new activity id each time, the time given, this version") {
  World world;
  world.choices.push_back(choice("apt", good_findings));
  const auto first = world.assess();
  CHECK(first.started == kNow);
  CHECK(first.last_modified >= kNow);
  CHECK(first.agent_version == agent_version());
  CHECK(first.host.os.id == "debian");
  CHECK(first.activity_id.size() == 36);
  CHECK(first.activity_id != world.assess().activity_id);
}

TEST_CASE("firstSeen stays while the same version is pending on the same host") {
  World world;
  world.choices.push_back(choice("apt", [] {
    auto findings = good_findings();
    findings.updates = {security_update("bash", "2"), security_update("openssl", "3")};
    return findings;
  }));
  world.previous = world.assess();
  auto& before = std::get<Findings>(world.previous->sources[0].outcome);
  before.updates[0].first_seen = kNow - 72h;
  before.updates[1].first_seen = kNow - 72h;
  before.updates[1].version = "2";

  const auto seen = [&](const Assessment& assessment, std::size_t i) {
    return std::get<Findings>(assessment.sources.at(0).outcome).updates.at(i).first_seen;
  };
  const auto now = world.assess();
  CHECK(seen(now, 0) == kNow - 72h);
  CHECK(seen(now, 1) == kNow);

  world.previous->host.id = "another";
  CHECK(seen(world.assess(), 0) == kNow);
  world.previous.reset();
  CHECK(seen(world.assess(), 0) == kNow);
}

TEST_CASE("nothing is refreshed unless the policy says so, and a failed refresh is told") {
  World world;
  int refreshed = 0;
  int asked = 0;
  world.choices.push_back(choice("apt", [&] {
    ++asked;
    auto findings = good_findings();
    findings.metadata.checked_at = kNow - 30h;
    return findings;
  }));
  world.refresh = [&] {
    ++refreshed;
    return RefreshResult{false, {{"refresh_failed", "mirror is down", "deb.example.org", true}}};
  };
  CHECK_FALSE(warns(world.assess(), "refresh_failed"));
  CHECK(refreshed == 0);

  world.config.refresh.mode = RefreshMode::if_older_than;
  world.config.refresh.older_than = 31h;
  world.assess();
  CHECK(refreshed == 0);
  world.config.refresh.older_than = 29h;
  CHECK(warns(world.assess(), "refresh_failed"));
  CHECK(refreshed == 1);

  world.config.refresh.mode = RefreshMode::always;
  asked = 0;
  const auto assessment = world.assess();
  CHECK(refreshed == 2);
  CHECK(asked == 1);
  REQUIRE(warns(assessment, "refresh_failed"));
  CHECK(assessment.warnings.back().incomplete);
  CHECK(assessment.verdict.value == VerdictValue::unknown);
  // It did not make anything fresh.
  CHECK(std::get<Findings>(assessment.sources[0].outcome).metadata.checked_at == kNow - 30h);

  world.refresh = [] { return RefreshResult{}; };
  CHECK(warns(world.assess(), "refresh_failed"));
  world.refresh = nullptr;  // another root
  CHECK_FALSE(warns(world.assess(), "refresh_failed"));
}

TEST_CASE("a run in which nothing changed asks nobody, while a change, a refresh or a failure does") {
  World world;
  test::TemporaryFolder cache;
  world.cache = cache.path();
  int asked = 0;
  bool fails = false;
  world.choices.push_back(choice("apt", [&] {
    ++asked;
    if (fails) throw CollectorError(FailureKind::locked, "locked");
    auto findings = good_findings();
    findings.updates = {security_update("bash", "2")};
    return findings;
  }));
  CHECK(world.assess().verdict.value == VerdictValue::noncompliant);
  const auto again = world.assess();
  CHECK(asked == 1);
  CHECK(again.verdict.value == VerdictValue::noncompliant);
  CHECK(std::get<Findings>(again.sources.at(0).outcome).updates.at(0).first_seen == kNow);

  // edge-12: after something was installed the old list must not come again.
  world.choices[0].fingerprint = "state 2";
  world.assess();
  CHECK(asked == 2);

  world.config.refresh.mode = RefreshMode::always;
  world.refresh = [] { return RefreshResult{true, {}}; };
  world.assess();
  CHECK(asked == 3);
  world.config.refresh.mode = RefreshMode::never;

  fails = true;
  world.choices[0].fingerprint = "state 3";
  CHECK(world.assess().verdict.value == VerdictValue::unknown);
  world.assess();
  CHECK(asked == 5);
}

TEST_CASE("the verdict on reused findings is judged anew: what was fresh may be too old by now") {
  World world;
  test::TemporaryFolder cache;
  world.cache = cache.path();
  world.config.policy.max_metadata_age = 2h;
  world.choices.push_back(choice("apt", good_findings));
  const auto fresh = world.assess();
  world.access.now = kNow + 90min;
  const auto old = world.assess();
  const auto is_old = [](const Assessment& assessment) {
    return std::any_of(assessment.verdict.reasons.begin(), assessment.verdict.reasons.end(),
                       [](const auto& reason) { return reason.code.find("metadata") != std::string::npos; });
  };
  CHECK_FALSE(is_old(fresh));
  CHECK(is_old(old));
  CHECK(old.verdict.value == VerdictValue::unknown);
}

TEST_CASE("edge-100: warnings are told once each and not without end, and what makes the answer incomplete stays") {
  World world;
  world.choices.push_back(choice("apt", [] {
    auto findings = good_findings();
    for (int i = 0; i < 500; ++i) {
      findings.warnings.push_back({"w", "warning " + std::to_string(i), {}, false});
      findings.warnings.push_back({"w", "warning 0", {}, false});
    }
    findings.warnings.push_back({"never_fetched", "no list", "deb.example.org", true});
    findings.warnings.push_back({"w", std::string(100'000, 'x'), {}, false});
    return findings;
  }));
  const auto assessment = world.assess();
  const auto& warnings = std::get<Findings>(assessment.sources.at(0).outcome).warnings;
  CHECK(warnings.size() == 100);
  CHECK(warnings.front().code == "never_fetched");
  CHECK(warnings.back().code == "more_warnings");
  CHECK(warnings.back().message == "403 more warnings are not shown");
  CHECK_FALSE(warnings.back().incomplete);
}

TEST_CASE("warnings left out that make the answer incomplete leave that behind") {
  World world;
  world.choices.push_back(choice("apt", [] {
    auto findings = good_findings();
    for (int i = 0; i < 101; ++i) findings.warnings.push_back({"w", "warning " + std::to_string(i), {}, true});
    return findings;
  }));
  const auto assessment = world.assess();
  CHECK(std::get<Findings>(assessment.sources.at(0).outcome).warnings.back().incomplete);
}
