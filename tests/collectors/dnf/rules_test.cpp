// SPDX-License-Identifier: Apache-2.0
// The rules, on snapshots made by hand.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/dnf/dnf_purl.h"
#include "collectors/dnf/dnf_rules.h"
#include "collectors/dnf/dnf_tools.h"

namespace patchstate::dnf {
namespace {

rpm::Nevra package(const std::string& text) {
  const auto read = rpm::parse_nevra(text);
  REQUIRE_MESSAGE(read.has_value(), text);
  return *read;
}

Candidate candidate(const std::string& nevra, const std::string& repository = "updates") {
  Candidate one;
  one.package = package(nevra);
  one.repository = repository;
  return one;
}

rpm::RpmAdvisory advisory(const std::string& id, const std::string& type, const std::string& severity,
                          const std::vector<std::string>& packages) {
  rpm::RpmAdvisory one;
  one.id = id;
  one.type = type;
  one.severity = severity;
  for (const auto& each : packages) {
    const auto read = package(each);
    one.packages.push_back({read.name, read.evr, read.arch, {}, false, {}});
  }
  return one;
}

/// One repository with advisories, bash 1.0-1 installed.
Snapshot machine() {
  Snapshot snapshot;
  snapshot.tool = "dnf";
  snapshot.installed_count = 100;
  Repository updates;
  updates.id = "updates";
  updates.loaded = updates.cached = true;
  updates.advisories = true;
  updates.checked = Time(std::chrono::seconds(1000));
  snapshot.repositories = {updates};
  snapshot.installed = {package("bash-1.0-1.x86_64")};
  return snapshot;
}

const Update& only(const Findings& findings) {
  REQUIRE(findings.updates.size() == 1);
  return findings.updates[0];
}

std::vector<std::string> codes(const Findings& findings) {
  std::vector<std::string> all;
  for (const auto& warning : findings.warnings) all.push_back(warning.code + (warning.incomplete ? "!" : ""));
  return all;
}

}  // namespace

TEST_CASE("edge-52: a release pinned to a minor one is told, and no other value of the variable") {
  const auto warned = [](const std::string& release) {
    const auto findings = judge(machine(), {"rhel", {}, {}, release});
    return std::any_of(findings.warnings.begin(), findings.warnings.end(), [&](const Warning& one) {
      return one.code == "release_pinned" && !one.incomplete && one.message.find(release) != std::string::npos;
    });
  };
  CHECK(warned("8.6"));
  CHECK(warned("2023.6.20241010"));
  for (const char* const release : {"", "9", "latest"}) CHECK_FALSE(warned(release));
}

TEST_CASE("every advisory above the installed version and up to the newest counts, no other") {
  Snapshot snapshot = machine();
  snapshot.candidates = {candidate("bash-1.3-1.x86_64")};
  snapshot.advisories = {advisory("A:old", "security", "Critical", {"bash-1.0-1.x86_64"}),
                         advisory("A:middle", "security", "Low", {"bash-1.1-1.x86_64"}),
                         advisory("A:newest", "bugfix", "Critical", {"bash-1.3-1.x86_64"}),
                         advisory("A:later", "security", "Critical", {"bash-1.4-1.x86_64"}),
                         advisory("A:other", "security", "Critical", {"bash-doc-1.2-1.x86_64"}),
                         advisory("A:arch", "security", "Critical", {"bash-1.2-1.i686"})};
  const Findings findings = judge(snapshot, {"fedora", {}, {}});
  const Update& update = only(findings);
  CHECK(update.installed_version == "1.0-1");
  CHECK(update.version == "1.3-1");
  REQUIRE(update.advisories.size() == 2);
  CHECK(update.advisories[0].id == "A:middle");
  CHECK(update.advisories[1].id == "A:newest");
  // The bug fix's severity says nothing about the danger.
  CHECK(update.severity == Severity::low);
  CHECK(is_security(update));
}

TEST_CASE("edge-39, edge-87: of several versions of one package the newest by rpm's rules is the update") {
  Snapshot snapshot = machine();
  snapshot.candidates = {candidate("bash-1.10-1.x86_64"), candidate("bash-1.9-1.x86_64"),
                         candidate("bash-1.10~rc1-1.x86_64")};
  CHECK(only(judge(snapshot, {})).version == "1.10-1");
}

TEST_CASE("edge-40: two architectures are two updates with one advisory") {
  Snapshot snapshot = machine();
  snapshot.installed = {package("libgcc-1-1.i686"), package("libgcc-1-1.x86_64")};
  snapshot.candidates = {candidate("libgcc-2-1.i686"), candidate("libgcc-2-1.x86_64")};
  snapshot.advisories = {advisory("A:1", "security", "Important", {"libgcc-2-1.i686", "libgcc-2-1.x86_64"})};
  const Findings findings = judge(snapshot, {});
  REQUIRE(findings.updates.size() == 2);
  for (const auto& update : findings.updates) CHECK(is_security(update));
}

TEST_CASE("edge-51: the newest kernel is installed and another one runs: it waits for a reboot") {
  Snapshot snapshot = machine();
  for (const char* const evr : {"6.1-1", "6.1-2", "6.1-3"})
    snapshot.kernels.push_back({package(std::string("kernel-core-") + evr + ".x86_64"), std::string(evr) + ".x86_64"});
  snapshot.advisories = {advisory("A:1", "security", "Important", {"kernel-core-6.1-2.x86_64"})};
  SUBCASE("an older one runs") {
    const Findings findings = judge(snapshot, {"fedora", "6.1-1.x86_64", {}});
    const Update& update = only(findings);
    CHECK(update.state == UpdateState::installed_pending_reboot);
    CHECK(update.version == "6.1-3");
    CHECK(is_security(update));
    CHECK(update.patch_id == "kernel-core.x86_64=6.1-3");
  }
  SUBCASE("the newest runs") {
    CHECK(judge(snapshot, {"fedora", "6.1-3.x86_64", {}}).updates.empty());
  }
  SUBCASE("a kernel of no package runs") {
    CHECK(judge(snapshot, {"fedora", "6.9-custom", {}}).updates.empty());
  }
  SUBCASE("nothing of this root runs") {
    CHECK(judge(snapshot, {}).updates.empty());
  }
}

TEST_CASE("edge-51: the package of the running kernel is found by its version where the tool does not tell") {
  const auto pending = [](const std::string& running, const std::vector<std::string>& installed) {
    Snapshot snapshot = machine();
    snapshot.installed.clear();
    for (const auto& one : installed) add_installed(package(one), snapshot);
    snapshot.advisories = {advisory("A:1", "security", "Important", {installed.back()})};
    const Findings findings = judge(snapshot, {"fedora", running, {}});
    REQUIRE_MESSAGE(findings.updates.size() == 1, running);
    CHECK(findings.updates[0].state == UpdateState::installed_pending_reboot);
    CHECK(is_security(findings.updates[0]));
    return findings.updates[0].patch_id;
  };
  CHECK(pending("5.14.0-1.el9.x86_64", {"kernel-core-5.14.0-1.el9.x86_64", "kernel-core-5.14.0-2.el9.x86_64"}) ==
        "kernel-core.x86_64=5.14.0-2.el9");
  CHECK(pending("5.14.0-1.el9.aarch64+64k",
                {"kernel-64k-core-5.14.0-1.el9.aarch64", "kernel-64k-core-5.14.0-2.el9.aarch64"}) ==
        "kernel-64k-core.aarch64=5.14.0-2.el9");
  // Both kernels have one version: the flavour tells which of them runs.
  CHECK(pending("5.14.0-1.el9.x86_64+rt", {"kernel-core-5.14.0-1.el9.x86_64", "kernel-rt-core-5.14.0-1.el9.x86_64",
                                           "kernel-rt-core-5.14.0-2.el9.x86_64"}) ==
        "kernel-rt-core.x86_64=5.14.0-2.el9");
  CHECK(pending("5.14.0-1.el9.x86_64", {"kernel-rt-core-5.14.0-1.el9.x86_64", "kernel-core-5.14.0-1.el9.x86_64",
                                        "kernel-core-5.14.0-2.el9.x86_64"}) == "kernel-core.x86_64=5.14.0-2.el9");
  CHECK(pending("4.18.0-1.rt7.el8.x86_64",
                {"kernel-rt-core-4.18.0-1.rt7.el8.x86_64", "kernel-rt-core-4.18.0-2.rt7.el8.x86_64"}) ==
        "kernel-rt-core.x86_64=4.18.0-2.rt7.el8");
  CHECK(pending("6.6.51.1-5.azl3", {"kernel-6.6.51.1-5.azl3.x86_64", "kernel-6.6.57.1-6.azl3.x86_64"}) ==
        "kernel.x86_64=6.6.57.1-6.azl3");
  CHECK(pending("6.1.10-3.ph5-esx", {"linux-esx-6.1.10-3.ph5.x86_64", "linux-esx-6.1.10-11.ph5.x86_64"}) ==
        "linux-esx.x86_64=6.1.10-11.ph5");
}

TEST_CASE("edge-51: of a kernel that runs in its newest version nothing is pending, whatever else is installed") {
  Snapshot snapshot = machine();
  for (const char* const one : {"kernel-core-5.14.0-2.el9.x86_64", "kernel-rt-core-5.14.0-2.el9.x86_64",
                                "kernel-rt-core-5.14.0-3.el9.x86_64", "kernel-devel-5.14.0-9.el9.x86_64"})
    add_installed(package(one), snapshot);
  CHECK(judge(snapshot, {"rhel", "5.14.0-2.el9.x86_64", {}}).updates.empty());
}

TEST_CASE("edge-92: without advisory data security can't be told from other") {
  Snapshot snapshot = machine();
  snapshot.candidates = {candidate("bash-2-1.x86_64", "plain")};
  Repository plain = snapshot.repositories[0];
  plain.id = "plain";
  SUBCASE("it says that it has none") {
    plain.advisories = false;
  }
  SUBCASE("it is not known whether it has") {
    plain.advisories = std::nullopt;
  }
  snapshot.repositories.push_back(plain);
  const Findings findings = judge(snapshot, {});
  CHECK(is_unclassified(only(findings)));
  CHECK(findings.metadata.missing_advisory_data == std::vector<std::string>{"plain"});
}

TEST_CASE("an advisory of a word of its own is not security, unless it names CVEs") {
  Snapshot snapshot = machine();
  snapshot.candidates = {candidate("bash-2-1.x86_64")};
  snapshot.advisories = {advisory("A:1", "unspecified", "", {"bash-2-1.x86_64"})};
  CHECK(only(judge(snapshot, {})).classifications == std::vector{Classification::other});
  snapshot.advisories[0].cves = {"CVE-2026-1000"};
  CHECK(is_unclassified(only(judge(snapshot, {}))));
}

TEST_CASE("an advisory that does not say what it is may be about security, whatever stands beside it") {
  Snapshot snapshot = machine();
  snapshot.candidates = {candidate("bash-2-1.x86_64")};
  snapshot.advisories = {advisory("A:1", "", "Critical", {"bash-2-1.x86_64"})};
  const auto kinds = [&] { return judge(snapshot, {}).updates.at(0).classifications; };
  CHECK(kinds() == std::vector{Classification::unknown});
  snapshot.advisories.push_back(advisory("A:2", "bugfix", "", {"bash-2-1.x86_64"}));
  CHECK(kinds() == std::vector{Classification::unknown});
  snapshot.advisories.push_back(advisory("A:3", "security", "", {"bash-2-1.x86_64"}));
  CHECK(is_security(judge(snapshot, {}).updates.at(0)));
}

TEST_CASE("a repository that took no part is said, by whether it was ever fetched") {
  Snapshot snapshot = machine();
  snapshot.repositories[0].loaded = false;
  SUBCASE("edge-118: never") {
    snapshot.repositories[0].cached = false;
    CHECK(codes(judge(snapshot, {})) == std::vector<std::string>{"never_fetched!"});
  }
  SUBCASE("it is broken") {
    CHECK(codes(judge(snapshot, {})) == std::vector<std::string>{"index_damaged!"});
  }
}

TEST_CASE("what stands between the answer and the truth is a warning") {
  Snapshot snapshot = machine();
  std::vector<std::string> expected;
  SUBCASE("edge-10: no repository") {
    snapshot.repositories.clear();
    expected = {"no_sources!"};
  }
  SUBCASE("nothing installed") {
    snapshot.installed_count = 0;
    expected = {"no_installed_packages!"};
  }
  SUBCASE("no plan") {
    snapshot.plan_failed = true;
    expected = {"dependencies_broken"};
  }
  SUBCASE("text for people") {
    snapshot.detail = Detail::text;
    expected = {"read_from_text"};
  }
  SUBCASE("complaints") {
    snapshot.complaints = {{true, "it is broken"}, {false, "it may be broken"}};
    expected = {"dnf_error!", "dnf_warning"};
  }
  SUBCASE("a line nobody understands") {
    snapshot.not_understood = {"bash.x86_6"};
    expected = {"not_understood!"};
  }
  CHECK(codes(judge(snapshot, {})) == expected);
}

TEST_CASE("edge-10: where no repository offers the C library that is installed, the system's own are missing") {
  Snapshot snapshot = machine();
  CHECK(codes(judge(snapshot, {})).empty());
  snapshot.offers_libc = true;
  CHECK(codes(judge(snapshot, {})).empty());
  snapshot.offers_libc = false;
  CHECK(codes(judge(snapshot, {})) == std::vector<std::string>{"no_security_source!"});
  // It may be the one that was not loaded.
  snapshot.repositories.push_back(snapshot.repositories[0]);
  snapshot.repositories[1].loaded = false;
  CHECK(codes(judge(snapshot, {})) == std::vector<std::string>{"index_damaged!"});
}

TEST_CASE("edge-113: a repository that dnf leaves out because of its .repo file makes the answer incomplete") {
  Snapshot snapshot = machine();
  SUBCASE("the file is broken") {
    snapshot.complaints = {{false, "Warning: failed loading '/etc/yum.repos.d/vendor.repo', skipping."}};
  }
  SUBCASE("its id is none") {
    snapshot.complaints = {{false, "Bad id for repo: ven dor, byte =   3"}};
  }
  SUBCASE("one of its values is none") {
    snapshot.complaints = {{false, "Repository 'vendor': Error parsing config: no number"}};
  }
  SUBCASE("edge-73: this user can't read the file, which is said once") {
    snapshot.complaints = {{false, "Warning: failed loading '/etc/yum.repos.d/vendor.repo', skipping."}};
    snapshot.warnings = {{"source_unreadable", "no permission", "/etc/yum.repos.d/vendor.repo", true}};
  }
  CHECK(codes(judge(snapshot, {})) == std::vector<std::string>{"source_unreadable!"});
}

TEST_CASE("the plan of a full upgrade decides what is installable") {
  Snapshot snapshot = machine();
  snapshot.candidates = {candidate("bash-2-1.x86_64")};
  snapshot.plan.emplace();
  SUBCASE("it is in it") {
    snapshot.plan->installs = {package("bash-0:2-1.x86_64")};
    CHECK(only(judge(snapshot, {})).state == UpdateState::installable);
  }
  SUBCASE("it is not") {
    snapshot.plan->problems = {"nothing provides x needed by bash-2-1.x86_64"};
    const Findings findings = judge(snapshot, {});
    CHECK(only(findings).state == UpdateState::kept_back);
    CHECK(only(findings).state_reason.find("nothing provides x") != std::string::npos);
  }
  SUBCASE("the package goes, for one of another name") {
    snapshot.plan->removes = {package("bash-1.0-1.x86_64")};
    CHECK(only(judge(snapshot, {})).state == UpdateState::superseded);
  }
}

TEST_CASE("a held update and an older one that may come are two") {
  Snapshot snapshot = machine();
  snapshot.candidates = {candidate("bash-1.5-1.x86_64"), candidate("bash-2-1.x86_64")};
  snapshot.candidates[1].held = true;
  const Findings findings = judge(snapshot, {});
  REQUIRE(findings.updates.size() == 2);
  CHECK(findings.updates[0].patch_id == "bash.x86_64");
  CHECK(findings.updates[0].state == UpdateState::installable);
  CHECK(findings.updates[1].patch_id == "bash.x86_64=2-1");
  CHECK(findings.updates[1].state == UpdateState::held);
}

TEST_CASE("the age of the oldest repository counts, and without a trace of one there is none") {
  Snapshot snapshot = machine();
  Repository older = snapshot.repositories[0];
  older.id = "older";
  older.checked = Time(std::chrono::seconds(500));
  snapshot.repositories.push_back(older);
  CHECK(judge(snapshot, {}).metadata.checked_at == Time(std::chrono::seconds(500)));
  snapshot.repositories[0].checked.reset();
  CHECK_FALSE(judge(snapshot, {}).metadata.checked_at.has_value());
}

TEST_CASE("a package URL has the epoch as a qualifier and no character of its own meaning") {
  CHECK(purl(package("bash-1:5.1-2.el9.x86_64"), "rhel") == "pkg:rpm/redhat/bash@5.1-2.el9?arch=x86_64&epoch=1");
  CHECK(purl({"g++", {"", "1^git", "1"}, "noarch"}, "fedora") == "pkg:rpm/fedora/g%2B%2B@1%5Egit-1?arch=noarch");
}

}  // namespace patchstate::dnf
