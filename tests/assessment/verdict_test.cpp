// SPDX-License-Identifier: Apache-2.0
#include "assessment/verdict.h"

#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "tests/assessment/samples.h"

using namespace patchstate;
using namespace patchstate::test;
using std::chrono::hours;

namespace {

Verdict judged(const Assessment& assessment, const Policy& policy = {}) {
  return judge(assessment, policy, sample_now());
}

std::vector<std::string> codes(const Verdict& verdict) {
  std::vector<std::string> all;
  for (const auto& reason : verdict.reasons) all.push_back(reason.code);
  return all;
}

bool says(const Verdict& verdict, const std::string& text) {
  for (const auto& reason : verdict.reasons)
    if (reason.message.find(text) != std::string::npos) return true;
  return false;
}

/// One thing that makes it impossible to prove that nothing is missing.
struct Doubt {
  std::string code;
  std::function<void(Assessment&)> apply;
};

Repository& repository_of(Assessment& assessment) {
  return findings_of(assessment).metadata.repositories.at(0);
}

std::vector<Doubt> doubts() {
  std::vector<Doubt> all = {
      {"no_source", [](Assessment& a) { a.sources.clear(); }},
      {"metadata_age_unknown", [](Assessment& a) { findings_of(a).metadata.checked_at.reset(); }},
      {"metadata_too_old", [](Assessment& a) { findings_of(a).metadata.checked_at = before(hours{49}); }},
      {"clock_suspect", [](Assessment& a) { findings_of(a).metadata.checked_at = sample_now() + hours{25}; }},
      {"never_fetched", [](Assessment& a) { repository_of(a).state = RepositoryState::never_fetched; }},
      {"source_unreadable", [](Assessment& a) { repository_of(a).state = RepositoryState::unreadable; }},
      {"metadata_expired", [](Assessment& a) { repository_of(a).state = RepositoryState::expired; }},
      {"metadata_expired", [](Assessment& a) { repository_of(a).valid_until = before(hours{1}); }},
      {"dpkg_status_unreadable",
       [](Assessment& a) {
         findings_of(a).warnings.push_back({"dpkg_status_unreadable", "it is", "", true});
       }},
      {"clock_jumped",
       [](Assessment& a) {
         a.warnings.push_back({"clock_jumped", "it did", "", true});
       }},
      {"unclassified_updates",
       [](Assessment& a) { findings_of(a).updates.push_back(update("x", Classification::unknown)); }},
      {"unclassified_updates",
       [](Assessment& a) {
         findings_of(a).updates.push_back(update("x", Classification::other));
         findings_of(a).updates.back().classifications.clear();
       }},
      {"end_of_support", [](Assessment& a) { a.host.os.end_of_support = sample_now(); }},
  };
  for (const auto kind : all_values<FailureKind>()) {
    all.push_back({"source_failed", [kind](Assessment& a) { a.sources[0].outcome = Failure{kind, "", "it did"}; }});
    all.push_back({"source_failed", [kind](Assessment& a) {
                     a.sources.push_back({"zypper", PatchService::Zypper, {}, Failure{kind, "", "it did"}});
                   }});
  }
  all.push_back({"source_failed", [](Assessment& a) { a.sources.push_back({}); }});
  return all;
}

}  // namespace

TEST_CASE("compliant needs every source's recent answer, and says what proves it") {
  const Verdict verdict = judged(machine({}));
  CHECK(verdict.value == VerdictValue::compliant);
  CHECK(codes(verdict) == std::vector<std::string>{"nothing_pending"});
  CHECK(says(verdict, "apt last checked for updates 3 hours ago (by ctime of the InRelease files)"));
}

TEST_CASE("no doubt leaves a machine compliant") {
  for (const auto& doubt : doubts()) {
    CAPTURE(doubt.code);
    Assessment assessment = machine({});
    doubt.apply(assessment);
    const Verdict verdict = judged(assessment);
    CHECK(verdict.value == VerdictValue::unknown);
    CHECK(codes(verdict) == std::vector<std::string>{doubt.code});
    CHECK(!verdict.reasons.front().message.empty());
  }
}

TEST_CASE("no two doubts cancel each other out") {
  for (const auto& one : doubts())
    for (const auto& other : doubts()) {
      Assessment assessment = machine({});
      one.apply(assessment);
      if (assessment.sources.empty() || !std::holds_alternative<Findings>(assessment.sources[0].outcome)) continue;
      other.apply(assessment);
      CHECK(judged(assessment).value == VerdictValue::unknown);
    }
}

TEST_CASE("what is known to be missing is missing, whatever else is in doubt, and the doubts are told after it") {
  for (const auto& doubt : doubts()) {
    CAPTURE(doubt.code);
    Assessment assessment = machine({});
    doubt.apply(assessment);
    Findings known;
    known.metadata.checked_at = before(hours{1});
    known.updates.push_back(update("openssl", Classification::security));
    assessment.sources.push_back({"dnf", PatchService::YUM, {}, known});
    const Verdict verdict = judged(assessment);
    CHECK(verdict.value == VerdictValue::noncompliant);
    CHECK(codes(verdict).front() == "security_updates_pending");
    if (doubt.code != "no_source") CHECK(codes(verdict).back() == doubt.code);
  }
}

TEST_CASE("pending security and critical updates decide, other kinds do not") {
  for (const auto classification : all_values<Classification>()) {
    CAPTURE(to_text(classification));
    const auto value = judged(machine({update("x", classification)})).value;
    if (classification == Classification::security || classification == Classification::critical)
      CHECK(value == VerdictValue::noncompliant);
    else if (classification == Classification::unknown)
      CHECK(value == VerdictValue::unknown);
    else
      CHECK(value == VerdictValue::compliant);
  }
}

TEST_CASE("edge-126: a security update without any severity is a security update, a definition is no alarm") {
  Update security = update("x", Classification::security);
  security.severity = Severity::unknown;
  CHECK(judged(machine({security})).value == VerdictValue::noncompliant);
  CHECK(judged(machine({update("KB2267602", Classification::definition)})).value == VerdictValue::compliant);
}

TEST_CASE("an update with several classifications is security if one of them says so") {
  Update both = update("x", Classification::bugfix);
  both.classifications.push_back(Classification::security);
  CHECK(judged(machine({both})).value == VerdictValue::noncompliant);
  Update partly_known = update("x", Classification::unknown);
  partly_known.classifications.push_back(Classification::bugfix);
  CHECK(judged(machine({partly_known})).value == VerdictValue::compliant);
}

TEST_CASE("edge-58: only what is installable or waits for a reboot decides, unless the policy counts more") {
  for (const auto state : all_values<UpdateState>()) {
    CAPTURE(to_text(state));
    const Assessment assessment = machine({update("x", Classification::security, state)});
    const bool decides = state == UpdateState::installable || state == UpdateState::installed_pending_reboot;
    CHECK((judged(assessment).value == VerdictValue::noncompliant) == decides);
    Policy policy;
    policy.count_states = {state};
    const Verdict verdict = judged(assessment, policy);
    CHECK(verdict.value == VerdictValue::noncompliant);
    CHECK(verdict.reasons.size() == 1);
    if (!decides) {
      CHECK(says(judged(assessment), fmt::format("count_states doesn't name: 1 {} (x)", to_text(state))));
      CHECK(codes(verdict).front() == "security_updates_" + std::string(to_text(state)));
    }
  }
}

TEST_CASE("where the policy counts a state, an unclassified update in it is a doubt") {
  const Assessment assessment = machine({update("x", Classification::unknown, UpdateState::held)});
  CHECK(judged(assessment).value == VerdictValue::compliant);
  Policy policy;
  policy.count_states = {UpdateState::held};
  CHECK(judged(assessment, policy).value == VerdictValue::unknown);
}

TEST_CASE("an installed security update that waits for a reboot is missing, and the reason says reboot") {
  const Verdict verdict =
      judged(machine({update("linux-image", Classification::security, UpdateState::installed_pending_reboot)}));
  CHECK(verdict.value == VerdictValue::noncompliant);
  CHECK(codes(verdict) == std::vector<std::string>{"reboot_required"});
  CHECK(says(verdict, "only after a reboot (linux-image)"));
}

TEST_CASE("edge-131: a pending reboot alone does not decide") {
  Assessment assessment = machine({});
  assessment.reboot_pending = true;
  assessment.reboot_reasons = {{"deleted_libraries", "sshd", Strength::weak}, {"kernel", "old", Strength::strong}};
  CHECK(judged(assessment).value == VerdictValue::compliant);
}

TEST_CASE("edge-11: the policy may count a repository's unclassified updates as other, by substring or by origin") {
  Update browser = update("browser", Classification::unknown);
  browser.repository = "https://dl.example.org/deb stable/main";
  browser.origin = "Example LLC";
  const auto value = [&](std::vector<std::string> rules) {
    Policy policy;
    policy.unclassified_as_other = std::move(rules);
    return judged(machine({browser}), policy).value;
  };
  CHECK(value({"dl.example.org"}) == VerdictValue::compliant);
  CHECK(value({"nothing", "Example LLC"}) == VerdictValue::compliant);
  CHECK(value({"Example"}) == VerdictValue::unknown);
  CHECK(value({""}) == VerdictValue::unknown);
  CHECK(value({"other.example.org"}) == VerdictValue::unknown);
}

TEST_CASE("the age of the metadata counts to the second, and the clock may be a day ahead") {
  Assessment assessment = machine({});
  const auto at = [&](std::chrono::seconds age) {
    findings_of(assessment).metadata.checked_at = before(age);
    return judged(assessment).value;
  };
  CHECK(at(hours{48}) == VerdictValue::compliant);
  CHECK(at(hours{48} + std::chrono::seconds{1}) == VerdictValue::unknown);
  CHECK(at(hours{-24}) == VerdictValue::compliant);
  CHECK(at(hours{-24} - std::chrono::seconds{1}) == VerdictValue::unknown);
  Policy strict;
  strict.max_metadata_age = hours{1};
  findings_of(assessment).metadata.checked_at = before(hours{2});
  const Verdict verdict = judged(assessment, strict);
  CHECK(verdict.value == VerdictValue::unknown);
  CHECK(says(verdict, "2 hours ago, more than the 1 hour allowed"));
}

TEST_CASE("an end of support that is not known, or not reached, is no doubt, one that is reached names its source") {
  Assessment assessment = machine({});
  assessment.host.os.end_of_support = sample_now() + std::chrono::seconds{1};
  CHECK(judged(assessment).value == VerdictValue::compliant);
  assessment.host.os.end_of_support.reset();
  CHECK(judged(assessment).value == VerdictValue::compliant);
  assessment.host.os.end_of_support = before(hours{24});
  CHECK(says(judged(assessment), "no security updates since 2026-11-23 (says distro-info-data)"));
}

TEST_CASE("a repository that a warning has told of already is not told twice") {
  Assessment assessment = machine({});
  repository_of(assessment).state = RepositoryState::never_fetched;
  auto& warnings = findings_of(assessment).warnings;
  warnings.push_back({"never_fetched", "better words", repository_of(assessment).name, true});
  CHECK(codes(judged(assessment)) == std::vector<std::string>{"never_fetched"});
  CHECK(says(judged(assessment), "better words"));

  warnings.push_back({"never_fetched", "better words", repository_of(assessment).name, true});
  CHECK(judged(assessment).reasons.size() == 1);
  warnings[0].subject = warnings[1].subject = "another repository";
  CHECK(judged(assessment).reasons.size() == 2);
  warnings[0].incomplete = warnings[1].incomplete = false;
  warnings[0].subject = repository_of(assessment).name;
  CHECK(judged(assessment).value == VerdictValue::unknown);
}

TEST_CASE("edge-100: many doubts of one kind are told in few reasons, with their number") {
  Assessment assessment = machine({});
  for (int i = 0; i < 40; ++i) {
    Repository repository;
    repository.name = "http://example.org/" + std::to_string(i);
    repository.state = RepositoryState::never_fetched;
    findings_of(assessment).metadata.repositories.push_back(repository);
  }
  const Verdict verdict = judged(assessment);
  CHECK(verdict.reasons.size() == 3);
  CHECK(says(verdict, "(and 37 more like this)"));
}

TEST_CASE("a warning that costs nothing changes nothing") {
  Assessment assessment = machine({});
  findings_of(assessment).warnings.push_back({"dpkg_interrupted", "m", "", false});
  assessment.warnings.push_back({"note", "m", "", false});
  CHECK(judged(assessment).value == VerdictValue::compliant);
}

TEST_CASE("the reason for noncompliance tells number, severity and since when") {
  Update old = update("a", Classification::security);
  old.first_seen = before(hours{24 * 12});
  old.severity = Severity::critical;
  Update fresh = update("b", Classification::critical);
  fresh.first_seen = sample_now();
  const Verdict verdict = judged(machine({fresh, old}));
  CHECK(
      verdict.reasons.front().message ==
      "2 security or critical updates are missing, 1 of critical severity; the oldest has been known here for 12 days");
  CHECK(judged(machine({update("a", Classification::security)})).reasons.front().message ==
        "1 security update is missing");
}

TEST_CASE("the status of an assessment is that of its sources") {
  CHECK(status_of(machine({})) == Status::succeeded);
  CHECK(status_of(failed()) == Status::failed);
  CHECK(status_of(no_source()) == Status::failed);
  CHECK(status_of(partly_failed()) == Status::partial);
  CHECK(status_of(Assessment{}) == Status::failed);
  CHECK(status_of(SourceReport{}) == Status::failed);
  for (const auto state : all_values<RepositoryState>()) {
    Assessment assessment = machine({});
    repository_of(assessment).state = state;
    const bool is_whole = state == RepositoryState::ok || state == RepositoryState::unknown;
    CHECK((status_of(assessment) == Status::succeeded) == is_whole);
  }
  Assessment host_warning = machine({});
  host_warning.warnings.push_back({"x", "y", "", true});
  CHECK(status_of(host_warning) == Status::partial);
  Assessment source_warning = machine({});
  findings_of(source_warning).warnings.push_back({"x", "y", "", false});
  CHECK(status_of(source_warning) == Status::succeeded);
  findings_of(source_warning).warnings.push_back({"x", "y", "", true});
  CHECK(status_of(source_warning) == Status::partial);
}

TEST_CASE("an assessment that nobody filled in is unknown") {
  CHECK(Assessment{}.verdict.value == VerdictValue::unknown);
  CHECK(judge({}, {}, sample_now()).value == VerdictValue::unknown);
}

TEST_CASE("updates come most urgent first") {
  Update low = update("low", Classification::security);
  low.severity = Severity::low;
  Update critical = update("critical", Classification::security);
  critical.severity = Severity::critical;
  const Assessment assessment =
      machine({update("a-held", Classification::bugfix, UpdateState::held),
               update("held", Classification::security, UpdateState::held), update("other", Classification::bugfix),
               low, update("unknown", Classification::unknown), update("b", Classification::security),
               update("a", Classification::security), critical});
  std::vector<std::string> names;
  for (const auto* found : updates_by_urgency(assessment)) names.push_back(found->name);
  CHECK(names == std::vector<std::string>{"critical", "a", "b", "low", "unknown", "other", "held", "a-held"});
}
