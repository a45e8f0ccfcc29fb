// SPDX-License-Identifier: Apache-2.0
// Rules that need no zypper: a snapshot goes in, findings come out.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/zypper/zypper_rules.h"

namespace patchstate::zypper {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

const Time kNow = sys_days{2026y / 1 / 15};

rpm::RpmAdvisory advisory(const std::string& id, const std::string& type, const std::string& severity,
                          const std::string& name, const std::string& version) {
  rpm::RpmAdvisory one;
  one.id = id;
  one.version = "1";
  one.type = type;
  one.severity = severity;
  one.status = "stable";
  rpm::AdvisoryPackage package;
  package.name = name;
  package.version = rpm::parse_evr(version);
  package.arch = "x86_64";
  one.packages.push_back(package);
  return one;
}

ListedUpdate row(const std::string& name, const std::string& old, const std::string& version) {
  ListedUpdate one;
  one.kind = Kind::package;
  one.name = name;
  one.arch = "x86_64";
  one.edition = version;
  one.edition_old = old;
  one.repository = "updates";
  return one;
}

ListedUpdate needed_patch(const std::string& name) {
  ListedUpdate one;
  one.kind = Kind::patch;
  one.name = name;
  one.edition = "1";
  one.arch = "noarch";
  one.status = "needed";
  one.category = "security";
  one.severity = "critical";
  one.repository = "updates";
  return one;
}

/// A system with alpha 1.0-1, and one repository that has nothing newer.
Snapshot snapshot() {
  Snapshot one;
  one.installed.push_back({"alpha", rpm::parse_evr("1.0-1"), "x86_64", kNow, "SUSE"});
  FetchedRepository repository;
  repository.config.id = "updates";
  repository.reading = FetchedRepository::Reading::ok;
  repository.checked_at = kNow;
  repository.has_updateinfo = repository.tells_security = true;
  one.repositories.push_back(repository);
  return one;
}

const Update* find(const Findings& findings, const std::string& patch_id) {
  for (const auto& update : findings.updates)
    if (update.patch_id == patch_id) return &update;
  return nullptr;
}

std::vector<std::string> codes(const Findings& findings, bool incomplete) {
  std::vector<std::string> all;
  for (const auto& warning : findings.warnings)
    if (warning.incomplete == incomplete) all.push_back(warning.code);
  return all;
}

TEST_CASE("nothing pending, everything fetched: no update and no warning") {
  const auto findings = judge(snapshot(), {});
  CHECK(findings.updates.empty());
  CHECK(findings.warnings.empty());
  CHECK(findings.metadata.checked_at == kNow);
}

TEST_CASE("a needed patch is never lost: of packages nobody knows it stands for itself") {
  auto one = snapshot();
  one.patches.push_back(needed_patch("SUSE-1"));
  const auto findings = judge(one, {});
  const auto* const update = find(findings, "patch:SUSE-1-1");
  REQUIRE(update != nullptr);
  CHECK(is_security(*update));
  CHECK(is_pending(*update));
  CHECK(update->severity == Severity::critical);
}

TEST_CASE("a patch that is applied, not needed or retracted is no update") {
  for (const char* const status : {"applied", "not-needed", "retracted"}) {
    auto one = snapshot();
    one.patches.push_back(needed_patch("SUSE-1"));
    one.patches.back().status = status;
    CHECK(judge(one, {}).updates.empty());
  }
}

TEST_CASE("a status that nobody knows is taken for needed") {
  auto one = snapshot();
  one.patches.push_back(needed_patch("SUSE-1"));
  one.patches.back().status = "undetermined";
  CHECK(judge(one, {}).updates.size() == 1);
}

TEST_CASE("a security advisory that zypper is silent about makes the answer incomplete") {
  auto one = snapshot();
  one.repositories[0].advisories.push_back(advisory("SUSE-1", "security", "important", "alpha", "1.1-1"));
  const auto findings = judge(one, {});
  const auto* const update = find(findings, "alpha.x86_64");
  REQUIRE(update != nullptr);
  CHECK(update->state == UpdateState::excluded);
  CHECK(is_security(*update));
  CHECK(codes(findings, true) == std::vector<std::string>{"advisory_without_package"});
}

TEST_CASE("an advisory for an older or the installed version, or another architecture, is none for this system") {
  auto one = snapshot();
  one.repositories[0].advisories.push_back(advisory("SUSE-1", "security", "important", "alpha", "1.0-1"));
  one.repositories[0].advisories.push_back(advisory("SUSE-2", "security", "important", "alpha", "1.1-1"));
  one.repositories[0].advisories.back().packages[0].arch = "aarch64";
  CHECK(judge(one, {}).updates.empty());
}

TEST_CASE("edge-81: where a program temporary fix is installed, a newer security version is held") {
  auto one = snapshot();
  one.installed[0].evr = rpm::parse_evr("1.0-1.2.PTF.1199999");
  one.repositories[0].advisories.push_back(advisory("SUSE-1", "security", "important", "alpha", "1.1-1"));
  const auto findings = judge(one, {});
  const auto* const update = find(findings, "alpha.x86_64");
  REQUIRE(update != nullptr);
  CHECK(update->state == UpdateState::held);
  CHECK(codes(findings, true).empty());
}

TEST_CASE("words of the vendor: the highest severity counts, and an unknown type is not taken for harmless") {
  auto one = snapshot();
  one.updates.push_back(row("alpha", "1.0-1", "1.3-1"));
  auto& advisories = one.repositories[0].advisories;
  advisories.push_back(advisory("SUSE-1", "recommended", "low", "alpha", "1.1-1"));
  advisories.push_back(advisory("SUSE-2", "mystery", "unspecified", "alpha", "1.2-1"));
  CHECK(is_unclassified(judge(one, {}).updates.at(0)));
  advisories.push_back(advisory("SUSE-3", "security", "moderate", "alpha", "1.3-1"));
  const auto findings = judge(one, {});
  const auto& update = findings.updates.at(0);
  CHECK(update.classifications.front() == Classification::security);
  CHECK_FALSE(is_unclassified(update));
  CHECK(update.severity == Severity::moderate);
  CHECK(update.vendor_severity == "moderate");
  CHECK(update.advisories.size() == 3);
}

TEST_CASE("what the rpm database says is installed counts before what zypper's row says") {
  auto one = snapshot();
  one.installed[0].evr = rpm::parse_evr("1.2-1");
  one.updates.push_back(row("alpha", "1.0-1", "1.3-1"));
  one.updates.push_back(row("beta", "0.9-1", "1.0-1"));
  one.repositories[0].advisories.push_back(advisory("SUSE-1", "security", "low", "alpha", "1.1-1"));
  const auto findings = judge(one, {});
  REQUIRE(find(findings, "alpha.x86_64") != nullptr);
  CHECK(find(findings, "alpha.x86_64")->installed_version == "1.2-1");
  CHECK(find(findings, "alpha.x86_64")->classifications == std::vector{Classification::other});
  REQUIRE(find(findings, "beta.x86_64") != nullptr);
  CHECK(find(findings, "beta.x86_64")->installed_version == "0.9-1");
}

TEST_CASE("edge-51: the newest kernel is installed and an older one runs: a reboot is what is pending") {
  struct Row {
    const char* running;
    const char* type;
    bool pending;
    bool security;
  };
  const Row rows[] = {{"5.14.21-150500.55.19-default", "security", true, true},
                      {"5.14.21-150500.55.19-default", "recommended", true, false},
                      {"5.14.21-150500.55.22-default", "security", false, true},
                      {"5.14.21-150500.55.1-default", "security", false, true},
                      {"6.1.0-rt", "security", false, true},
                      {"", "security", false, true}};
  for (const auto& each : rows) {
    CAPTURE(each.running);
    auto one = snapshot();
    for (const char* const version : {"5.14.21-150500.55.19.1", "5.14.21-150500.55.22.1"})
      one.installed.push_back({"kernel-default", rpm::parse_evr(version), "x86_64", kNow, "SUSE"});
    one.repositories[0].advisories.push_back(
        advisory("SUSE-1", each.type, "important", "kernel-default", "5.14.21-150500.55.22.1"));
    const auto findings = judge(one, {"sles", each.running, kNow});
    REQUIRE(findings.updates.size() == (each.pending ? 1 : 0));
    if (!each.pending) continue;
    const auto& update = findings.updates[0];
    CHECK(update.state == UpdateState::installed_pending_reboot);
    CHECK(update.installed_version == "5.14.21-150500.55.19.1");
    CHECK(is_security(update) == each.security);
    CHECK(is_unclassified(update) != each.security);
  }
}

TEST_CASE("edge-51: the small kernel of images waits for a reboot as the whole one does") {
  auto one = snapshot();
  for (const char* const version : {"5.14.21-150500.55.19.1.150500.6.6.4", "5.14.21-150500.55.22.1.150500.6.8.2"})
    one.installed.push_back({"kernel-default-base", rpm::parse_evr(version), "x86_64", kNow, "SUSE"});
  const auto findings = judge(one, {"sles", "5.14.21-150500.55.19-default", kNow});
  REQUIRE(findings.updates.size() == 1);
  CHECK(findings.updates[0].state == UpdateState::installed_pending_reboot);
  CHECK(findings.updates[0].name == "kernel-default-base");
}

TEST_CASE("edge-84: a lapsed registration, an error and a skipped repository make it incomplete, chatter does not") {
  struct Row {
    MessageKind kind;
    const char* text;
    const char* code;
    bool incomplete;
  };
  const Row rows[] = {
      {MessageKind::error, "Permission to access 'https://updates.suse.com/SUSE/repomd.xml' denied.",
       "registration_lapsed", true},
      {MessageKind::warning, "Refreshing service 'SLES' failed", "registration_lapsed", true},
      {MessageKind::error, "Repository 'x' is invalid.", "zypper_error", true},
      {MessageKind::warning, "Cannot read repo file '/etc/zypp/repos.d/x.repo': Permission denied", "source_unreadable",
       true},
      {MessageKind::warning, "The gpg key expires soon", "zypper_warning", false},
      {MessageKind::warning, "Repository 'x' appears to be outdated. Consider using a different mirror",
       "metadata_expired", true},
      {MessageKind::warning, "Repository 'x' metadata expired since 2024-01-01 00:00:00 UTC.", "metadata_expired",
       true},
      {MessageKind::warning, "Skipping repository 'x' because of the above error.", "repository_skipped", true},
      {MessageKind::warning, "Some of the repositories have not been refreshed because of an error.",
       "repository_skipped", true},
      {MessageKind::warning, "Repository 'x' is outdated. You can run 'zypper refresh' as root to update it.", "",
       false},
      {MessageKind::info, "Loading repository data...", "", false}};
  for (const auto& each : rows) {
    CAPTURE(each.text);
    auto one = snapshot();
    one.messages.push_back({each.kind, each.text});
    const auto findings = judge(one, {});
    const std::vector<std::string> expected =
        std::string(each.code).empty() ? std::vector<std::string>{} : std::vector<std::string>{each.code};
    CHECK(codes(findings, each.incomplete) == expected);
    CHECK(codes(findings, !each.incomplete).empty());
  }
  auto one = snapshot();
  one.remarks.has_skipped_repositories = true;
  CHECK(codes(judge(one, {}), true) == std::vector<std::string>{"repository_skipped"});
}

TEST_CASE("edge-10: where no repository offers the C library that is installed, the system's own are missing") {
  auto one = snapshot();
  for (const std::optional<bool> offers : {std::optional<bool>{}, std::optional{true}}) {
    one.offers_libc = offers;
    CHECK(codes(judge(one, {}), true).empty());
  }
  one.offers_libc = false;
  CHECK(codes(judge(one, {}), true) == std::vector<std::string>{"no_security_source"});
  // It may be the one that was never fetched.
  one.repositories.push_back(one.repositories[0]);
  one.repositories[1].reading = FetchedRepository::Reading::never_fetched;
  CHECK(codes(judge(one, {}), true) == std::vector<std::string>{"never_fetched"});
}

TEST_CASE("metadata count as expired from the moment on by which their vendor promised newer ones") {
  auto one = snapshot();
  one.repositories[0].expires_at = kNow;
  CHECK(codes(judge(one, {"sles", "", kNow}), true).empty());
  const Surroundings later{"sles", "", kNow + std::chrono::seconds{1}};
  CHECK(codes(judge(one, later), true) == std::vector<std::string>{"metadata_expired"});
  // What is kept of an answer must not outlive it.
  CHECK(judge(one, {"sles", "", kNow}).metadata.repositories[0].valid_until == kNow);
  one.messages.push_back({MessageKind::warning, "Repository 'updates' appears to be outdated."});  // said once
  CHECK(codes(judge(one, later), true) == std::vector<std::string>{"metadata_expired"});
}

TEST_CASE("edge-99: a password in a repository's address is in no message") {
  auto one = snapshot();
  one.messages.push_back({MessageKind::error, "Download error for 'https://joe:s3cret@example.org/repo/repomd.xml'"});
  const auto findings = judge(one, {});
  REQUIRE(findings.warnings.size() == 1);
  CHECK(findings.warnings[0].message.find("s3cret") == std::string::npos);
}

TEST_CASE("the oldest check counts, and a repository without a trace of one leaves it unknown") {
  auto one = snapshot();
  one.repositories.push_back(one.repositories[0]);
  one.repositories[1].config.id = "oss";
  one.repositories[1].checked_at = kNow - 10h;
  CHECK(judge(one, {}).metadata.checked_at == kNow - 10h);
  one.repositories[1].checked_at.reset();
  CHECK_FALSE(judge(one, {}).metadata.checked_at.has_value());
  CHECK(judge(one, {}).metadata.checked_evidence.empty());
}

TEST_CASE("states of repositories are told apart, and each that is not read is a reason for unknown") {
  struct Row {
    FetchedRepository::Reading reading;
    const char* problem;
    RepositoryState state;
    const char* code;
  };
  const Row rows[] = {
      {FetchedRepository::Reading::never_fetched, "", RepositoryState::never_fetched, "never_fetched"},
      {FetchedRepository::Reading::unreadable, "Permission denied", RepositoryState::unreadable, "source_unreadable"},
      {FetchedRepository::Reading::ok, "broken at line 3", RepositoryState::ok, "index_damaged"}};
  for (const auto& each : rows) {
    auto one = snapshot();
    one.repositories[0].reading = each.reading;
    one.repositories[0].problem = each.problem;
    const auto findings = judge(one, {});
    CHECK(findings.metadata.repositories.at(0).state == each.state);
    CHECK(codes(findings, true) == std::vector<std::string>{each.code});
  }
}

TEST_CASE("a purl has the epoch as rpm's type of it wants") {
  auto one = snapshot();
  one.updates.push_back(row("alpha", "1.0-1", "2:1.1~rc1-1"));
  CHECK(judge(one, {"opensuse-leap", "", kNow}).updates.at(0).purl ==
        "pkg:rpm/opensuse-leap/alpha@1.1~rc1-1?arch=x86_64&epoch=2");
}

}  // namespace
}  // namespace patchstate::zypper
