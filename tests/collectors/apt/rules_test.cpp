// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "collectors/apt/apt_rules.h"

using namespace patchstate;
using namespace patchstate::apt;

namespace {

// Indices of the archives in every snapshot here.
enum File : std::size_t { kMain, kSecurity, kUpdates, kDocker, kEsmInfra, kFips, kKaliRolling };

const std::vector<PackageFile>& archives() {
  static const std::vector<PackageFile> kFiles = {
      {"", "http://a.example.org/debian bookworm/main", "oldstable", "bookworm", "Debian", "Debian"},
      {"", "http://a.example.org/sec bookworm-security/main", "oldstable-security", "bookworm-security", "Debian",
       "Debian-Security"},
      {"", "http://a.example.org/debian bookworm-updates/main", "oldstable-updates", "bookworm-updates", "Debian",
       "Debian"},
      {"", "https://docker.example.org/security/linux bookworm/stable", "bookworm", "bookworm", "Docker", "Docker CE"},
      {"", "https://esm.example.org/infra jammy-infra-security/main", "jammy-infra-security", "jammy", "UbuntuESM",
       "UbuntuESM"},
      {"", "https://esm.example.org/fips-updates jammy-updates/main", "jammy-updates", "jammy", "UbuntuFIPSUpdates",
       "UbuntuFIPSUpdates"},
      {"", "http://kali.example.org/kali kali-rolling/main", "kali-rolling", "kali-rolling", "Kali", "Kali"}};
  return kFiles;
}

Version version(std::string text, std::vector<std::size_t> files, bool above_candidate = false) {
  return {std::move(text), std::move(files), std::nullopt, above_candidate};
}

Package package(std::string installed, std::string candidate, std::vector<Version> newer) {
  Package one;
  one.name = one.source = "openssl";
  one.arch = "amd64";
  one.installed = std::move(installed);
  one.candidate = std::move(candidate);
  one.newer = std::move(newer);
  return one;
}

ReleaseFacts release(std::string origin, std::string label, std::string suite) {
  ReleaseFacts facts;
  facts.reading = ReleaseFacts::Reading::ok;
  facts.release.origin = std::move(origin);
  facts.release.label = std::move(label);
  facts.release.suite = std::move(suite);
  return facts;
}

Surroundings debian() {
  Surroundings around;
  around.os_id = "debian";
  around.base = {"debian", "bookworm", "12", false};
  around.releases["/lists/main_InRelease"] = release("Debian", "Debian", "oldstable");
  around.releases["/lists/security_InRelease"] = release("Debian", "Debian-Security", "oldstable-security");
  around.releases["/lists/docker_InRelease"] = release("Docker", "Docker CE", "bookworm");
  return around;
}

Snapshot snapshot(std::vector<Package> packages) {
  Snapshot all;
  all.files = archives();
  all.packages = std::move(packages);
  all.installed_count = 100;
  return all;
}

const Update& only_update(const Findings& findings) {
  REQUIRE(findings.updates.size() == 1);
  return findings.updates.front();
}

bool has_warning(const Findings& findings, std::string_view code) {
  return std::any_of(findings.warnings.begin(), findings.warnings.end(),
                     [&](const Warning& one) { return one.code == code; });
}

}  // namespace

TEST_CASE("edge-72: an archive is a security archive by suite, codename, label or origin, edge-67: never by its path") {
  struct Row {
    File file;
    bool security;
  };
  for (const Row& row : {Row{kMain, false}, Row{kSecurity, true}, Row{kUpdates, false}, Row{kDocker, false},
                         Row{kEsmInfra, true}, Row{kFips, true}, Row{kKaliRolling, false}}) {
    CAPTURE(archives()[row.file].repository);
    CHECK(is_security_archive(archives()[row.file]) == row.security);
  }
  CHECK(is_security_archive({"", "", "stable/updates", "buster", "Debian", "Debian-Security"}));
}

TEST_CASE("edge-123: an update is security if any version above the installed one up to the candidate is") {
  const auto findings = judge(
      snapshot({package("1.0-1", "1.0-3", {version("1.0-3", {kMain}), version("1.0-2", {kSecurity})})}), debian());
  const Update& update = only_update(findings);
  CHECK(is_security(update));
  CHECK(update.version == "1.0-3");
  CHECK(update.evidence == "1.0-2 is in http://a.example.org/sec bookworm-security/main");
}

TEST_CASE(
    "a security version above the candidate does not make the candidate a security update, it is blocked by a pin") {
  const auto findings =
      judge(snapshot({package("1.0-1", "1.0-2", {version("1.0-3", {kSecurity}, true), version("1.0-2", {kMain})})}),
            debian());
  REQUIRE(findings.updates.size() == 2);
  CHECK_FALSE(is_security(findings.updates[0]));
  CHECK(findings.updates[1].state == UpdateState::blocked_by_pin);
  CHECK(is_security(findings.updates[1]));
  CHECK(findings.updates[1].version == "1.0-3");
  CHECK(findings.updates[0].patch_id != findings.updates[1].patch_id);
}

TEST_CASE("a pin that hides the only security version leaves it in sight, and hides no ordinary version from nobody") {
  CHECK(only_update(judge(snapshot({package("1.0-1", "1.0-1", {version("1.0-2", {kSecurity}, true)})}), debian()))
            .state == UpdateState::blocked_by_pin);
  CHECK(judge(snapshot({package("1.0-1", "1.0-1", {version("1.0-2", {kMain}, true)})}), debian()).updates.empty());
}

TEST_CASE("edge-58: state of an update follows apt's own decision") {
  struct Row {
    const char* name;
    void (*change)(Package&);
    UpdateState expected;
  };
  for (const Row& row : {Row{"plain", [](Package&) {}, UpdateState::installable},
                         Row{"both resolvers take it",
                             [](Package& p) {
                               p.resolution = {true, true};
                             },
                             UpdateState::installable},
                         Row{"held", [](Package& p) { p.held = true; }, UpdateState::held},
                         Row{"held, and the resolver agrees",
                             [](Package& p) {
                               p.held = true;
                               p.resolution = {false, false};
                             },
                             UpdateState::held},
                         Row{"phased",
                             [](Package& p) {
                               p.phased_by_apt = true;
                               p.resolution = {false, false};
                             },
                             UpdateState::phased},
                         Row{"only dist-upgrade",
                             [](Package& p) {
                               p.resolution = {false, true};
                             },
                             UpdateState::kept_back},
                         Row{"neither",
                             [](Package& p) {
                               p.resolution = {false, false};
                             },
                             UpdateState::kept_back}}) {
    CAPTURE(row.name);
    auto one = package("1", "2", {version("2", {kSecurity})});
    row.change(one);
    const auto findings = judge(snapshot({one}), debian());
    CHECK(only_update(findings).state == row.expected);
    CHECK(only_update(findings).state_reason.empty() == (row.expected == UpdateState::installable));
  }
}

TEST_CASE("edge-55: a new package that a kept-back security update needs is a pending security update itself") {
  auto meta = package("6.1.1", "6.1.2", {version("6.1.2", {kSecurity})});
  meta.name = "linux-image-amd64";
  meta.resolution = {false, true};
  Package image = package("", "6.1.2-1", {version("6.1.2-1", {kMain})});
  image.name = "linux-image-6.1.0-50-amd64";
  image.required_by = {"linux-image-amd64:amd64"};
  Package module = package("", "1", {version("1", {kMain})});
  module.name = "module";
  module.required_by = {"linux-image-6.1.0-50-amd64:amd64"};
  const auto findings = judge(snapshot({meta, module, image}), debian());
  REQUIRE(findings.updates.size() == 3);
  CHECK(findings.updates[1].state == UpdateState::kept_back);
  for (const std::size_t index : {std::size_t{0}, std::size_t{2}}) {
    CHECK(findings.updates[index].state == UpdateState::installable);
    CHECK(findings.updates[index].installed_version.empty());
    CHECK(is_security(findings.updates[index]));
  }
}

TEST_CASE("a hidden version of Ubuntu Pro needs a subscription, and once enabled, it is an ordinary security update") {
  const auto hidden = judge(snapshot({package("1", "1", {version("1+esm1", {kEsmInfra}, true)})}), debian());
  CHECK(only_update(hidden).state == UpdateState::needs_subscription);
  const auto enabled = judge(snapshot({package("1", "1+esm1", {version("1+esm1", {kEsmInfra})})}), debian());
  CHECK(only_update(enabled).state == UpdateState::installable);
  CHECK(is_security(only_update(enabled)));
}

TEST_CASE("apt before 2.5.1 phases by a pin: a phased version above the candidate is phased, not blocked") {
  auto one = package("1", "1", {version("2", {kSecurity}, true)});
  one.newer[0].phased_percentage = 10;
  CHECK(only_update(judge(snapshot({one}), debian())).state == UpdateState::phased);
}

TEST_CASE("edge-51: the newest kernel is installed but an older one runs: pending a reboot, not a missing update") {
  auto all = snapshot({});
  all.kernels = {{"6.1.0-30-amd64", "linux-image-6.1.0-30-amd64", "amd64", "6.1.124-1", "linux", "", {}},
                 {"6.1.0-9-amd64", "linux-image-6.1.0-9-amd64", "amd64", "6.1.27-1", "linux", "", {}},
                 {"6.1.0-31-cloud-amd64", "linux-image-6.1.0-31-cloud-amd64", "amd64", "6.1.128-1", "linux", "", {}},
                 {"6.1.0-31-amd64", "linux-image-6.1.0-31-amd64", "amd64", "6.1.128-1", "linux", "", {kSecurity}}};
  auto around = debian();
  around.kernel_running = "6.1.0-30-amd64";
  const auto findings = judge(all, around);
  CHECK(only_update(findings).state == UpdateState::installed_pending_reboot);
  CHECK(only_update(findings).name == "linux-image-6.1.0-31-amd64");
  CHECK(is_security(only_update(findings)));

  SUBCASE("the newest one runs") {
    around.kernel_running = "6.1.0-31-amd64";
    CHECK(judge(all, around).updates.empty());
  }
  SUBCASE("the same release was rebuilt and the old build runs") {
    around.kernel_running = "6.1.0-31-amd64";
    around.kernel_build = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.127-1 (2025-01-20)";
    CHECK(only_update(judge(all, around)).state == UpdateState::installed_pending_reboot);
    around.kernel_build = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.128-1 (2025-02-07)";
    CHECK(judge(all, around).updates.empty());
    around.kernel_build = "#40~22.04-Ubuntu SMP";
    CHECK(judge(all, around).updates.empty());
  }
  SUBCASE("edge-130: in a container, or for another root, no kernel runs that could be compared") {
    around.kernel_running.clear();
    CHECK(judge(all, around).updates.empty());
  }
  SUBCASE("no archive says what the new kernel mends: unclassified, never 'other'") {
    all.kernels[3].files = {kMain};
    CHECK(is_unclassified(only_update(judge(all, around))));
  }
}

TEST_CASE("sources: never fetched, expired, damaged each cost the proof and name the source") {
  auto around = debian();
  around.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);
  around.releases["/lists/main_InRelease"].release.valid_until = around.now - std::chrono::hours(1);
  around.releases["/lists/docker_InRelease"].reading = ReleaseFacts::Reading::unreadable;
  around.releases["/lists/docker_InRelease"].problem = "it is damaged or cut off";
  auto all = snapshot({});
  all.sources = {{"http://user:secret@a.example.org/debian/", "bookworm", "main", "/lists/main_InRelease", {}, {}},
                 {"https://docker.example.org/linux", "bookworm", "stable", "/lists/docker_InRelease", {}, {}},
                 {"http://b.example.org/debian", "bookworm", "main contrib", "", {}, {}}};
  const auto findings = judge(all, around);
  const auto& repositories = findings.metadata.repositories;
  REQUIRE(repositories.size() == 3);
  CHECK(repositories[0].state == RepositoryState::expired);
  CHECK(repositories[0].name.find("secret") == std::string::npos);
  CHECK(repositories[1].state == RepositoryState::unreadable);
  CHECK(repositories[2].state == RepositoryState::never_fetched);
  CHECK(repositories[2].name == "http://b.example.org/debian bookworm/main contrib");
  for (const char* const code : {"metadata_expired", "source_unreadable", "never_fetched"})
    CHECK(has_warning(findings, code));
}

TEST_CASE("a missing index costs the proof only when the repository has one with something in it") {
  struct Row {
    const char* name;
    std::map<std::string, std::int64_t> offered;
    std::string architecture;
    RepositoryState expected;
  };
  for (const Row& row : {Row{"offered", {{"main/binary-amd64", 900}}, "amd64", RepositoryState::never_fetched},
                         Row{"empty", {{"main/binary-amd64", 0}}, "amd64", RepositoryState::ok},
                         Row{"other architecture only", {{"main/binary-amd64", 900}}, "i386", RepositoryState::ok},
                         Row{"Release without hashes", {}, "amd64", RepositoryState::never_fetched},
                         Row{"index for all", {{"main/binary-all", 900}}, "all", RepositoryState::ok}}) {
    CAPTURE(row.name);
    auto around = debian();
    around.releases["/lists/main_InRelease"].release.packages_indexes = row.offered;
    auto all = snapshot({});
    all.sources = {
        {"http://a.example.org/debian", "bookworm", "main", "/lists/main_InRelease", {{"main", row.architecture}}, {}}};
    CHECK(judge(all, around).metadata.repositories[0].state == row.expected);
  }
}

TEST_CASE("metadata is as old as its oldest source, and a source without a trace makes the age unknown") {
  auto around = debian();
  const Time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);
  around.releases["/lists/main_InRelease"].checked_at = now - std::chrono::hours(30);
  around.releases["/lists/security_InRelease"].checked_at = now - std::chrono::hours(2);
  auto all = snapshot({});
  all.sources = {{"http://a.example.org/debian", "bookworm", "main", "/lists/main_InRelease", {}, {}},
                 {"http://a.example.org/sec", "bookworm-security", "main", "/lists/security_InRelease", {}, {}}};
  CHECK(judge(all, around).metadata.checked_at == now - std::chrono::hours(30));
  around.releases["/lists/security_InRelease"].checked_at.reset();
  CHECK_FALSE(judge(all, around).metadata.checked_at);
}

TEST_CASE("edges 10, 23, 24, 107: what makes apt's answer doubtful is said and costs the proof") {
  const auto incomplete = [](const Findings& findings, std::string_view code) {
    return std::any_of(findings.warnings.begin(), findings.warnings.end(),
                       [&](const Warning& one) { return one.code == code && one.incomplete; });
  };
  auto all = snapshot({});
  auto around = debian();
  CHECK(incomplete(judge(all, around), "no_sources"));
  all.installed_count = 0;
  CHECK(incomplete(judge(all, around), "no_installed_packages"));
  around.dpkg.journal_left = true;
  CHECK(incomplete(judge(all, around), "dpkg_interrupted"));
  all.broken_packages = {{"a", "amd64", "half-installed"}, {"b", "amd64", "half-configured"}};
  CHECK(incomplete(judge(all, around), "package_not_configured"));
  all.not_understood = {"Inst ???"};
  CHECK(incomplete(judge(all, around), "not_understood"));
  all.complaints = {{true, "Unable to read /etc/apt/sources.list.d/x.list - open (13: Permission denied)"}};
  CHECK(incomplete(judge(all, around), "source_unreadable"));
  all.complaints = {{false, "Target Packages is configured multiple times"}};
  const auto harmless = judge(all, around);
  CHECK(has_warning(harmless, "apt_warning"));
  CHECK_FALSE(incomplete(harmless, "apt_warning"));
}

TEST_CASE("a dpkg status file that was cut off is not believed, though it parses") {
  auto around = debian();
  const auto damaged = [&] { return has_warning(judge(snapshot({}), around), "dpkg_database_damaged"); };
  around.dpkg = {true, true, 861, 861, false};
  CHECK_FALSE(damaged());
  around.dpkg = {true, true, 861, 0, false};  // an image without info/ tells nothing
  CHECK_FALSE(damaged());
  around.dpkg = {true, true, 400, 861, false};
  CHECK(damaged());
  around.dpkg = {true, false, 861, 861, false};
  CHECK(damaged());
}

TEST_CASE("a plain Packages file that is not as long as its Release file says costs the proof") {
  auto around = debian();
  around.releases["/lists/main_InRelease"].release.packages_indexes = {{"main/binary-amd64", 900}};
  auto all = snapshot({});
  struct Row {
    const char* file;
    IndexFacts facts;
    bool damaged;
  };
  for (const Row& row :
       {Row{"/lists/a_Packages", {900, true}, false}, Row{"/lists/a_Packages", {700, true}, true},
        Row{"/lists/a_Packages", {900, false}, true}, Row{"/lists/a_Packages.lz4", {300, false}, false}}) {
    CAPTURE(row.file);
    CAPTURE(row.facts.size);
    around.indexes = {{row.file, row.facts}};
    all.sources = {{"http://a.example.org/debian",
                    "bookworm",
                    "main",
                    "/lists/main_InRelease",
                    {},
                    {{"main", "amd64", row.file}}}};
    CHECK(has_warning(judge(all, around), "index_damaged") == row.damaged);
  }
}
