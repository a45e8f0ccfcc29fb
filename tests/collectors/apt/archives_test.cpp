// SPDX-License-Identifier: Apache-2.0
// Which archives prove what: that of the release's security updates, and that of an update.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/apt/apt_rules.h"

using namespace patchstate;
using namespace patchstate::apt;

namespace {

/// A fetched source.
struct Archive {
  std::string uri;
  std::string suite;
  std::string codename;
  std::string origin = "Debian";
  std::string label = "Debian";
  std::string components = "main";
};

const Archive kMain{"http://a.example.org/debian", "stable", "trixie"};
const Archive kSecurity{"http://b.example.org/debian-security", "stable-security", "trixie-security", "Debian",
                        "Debian-Security"};
const BaseRelease kTrixie{"debian", "trixie", "13", false};

struct Machine {
  Snapshot snapshot;
  Surroundings around;
};

Machine machine(const BaseRelease& base, const std::vector<Archive>& archives) {
  Machine one;
  one.around.base = base;
  one.snapshot.installed_count = 1;
  for (const auto& archive : archives) {
    const std::string file = "/lists/" + std::to_string(one.snapshot.sources.size()) + "_InRelease";
    one.snapshot.sources.push_back({archive.uri, archive.suite, archive.components, file, {}, {}});
    one.snapshot.files.push_back({"", archive.uri + " " + archive.suite + "/main", archive.suite, archive.codename,
                                  archive.origin, archive.label});
    ReleaseFacts facts;
    facts.reading = ReleaseFacts::Reading::ok;
    facts.release.suite = archive.suite;
    facts.release.codename = archive.codename;
    facts.release.origin = archive.origin;
    facts.release.label = archive.label;
    one.around.releases[file] = facts;
  }
  return one;
}

/// How an update from `from` is classified on a machine with that and `security` as its sources.
Findings findings_of_update(const Archive& from, const Archive& security) {
  Machine one = machine(kTrixie, {from, security});
  Package package;
  package.name = "openssl";
  package.arch = "amd64";
  package.installed = "1";
  package.candidate = "2";
  package.newer = {{"2", {0}, std::nullopt, false}};
  one.snapshot.packages = {package};
  return judge(one.snapshot, one.around);
}

bool misses_security_archive(const BaseRelease& base, const std::vector<Archive>& archives) {
  const Machine one = machine(base, archives);
  const auto findings = judge(one.snapshot, one.around);
  return std::any_of(findings.warnings.begin(), findings.warnings.end(),
                     [](const Warning& each) { return each.code == "no_security_source" && each.incomplete; });
}

Archive changed(Archive archive, void (*change)(Archive&)) {
  change(archive);
  return archive;
}

}  // namespace

TEST_CASE("edges 11 and 72: only main of the release's own security archive proves that no security update is missed") {
  CHECK_FALSE(misses_security_archive(kTrixie, {kMain, kSecurity}));
  CHECK(misses_security_archive(kTrixie, {kMain}));
  struct Row {
    const char* name;
    void (*change)(Archive&);
    bool misses;
  };
  for (const Row& row : {Row{"main among others", [](Archive& a) { a.components = "contrib main non-free"; }, false},
                         Row{"without main", [](Archive& a) { a.components = "contrib non-free-firmware"; }, true},
                         Row{"a flat mirror", [](Archive& a) { a.components.clear(); }, false},
                         Row{"a mirror that names the suite and nothing else",
                             [](Archive& a) {
                               a.suite = "trixie-security";
                               a.codename = a.origin = a.label = "";
                             },
                             false},
                         Row{"of the release before",
                             [](Archive& a) {
                               a.suite = "oldstable-security";
                               a.codename = "bookworm-security";
                             },
                             true},
                         Row{"of somebody else",
                             [](Archive& a) {
                               a = {"http://c.example.org", "app-security", "", "C", "C"};
                             },
                             true}}) {
    CAPTURE(row.name);
    CHECK(misses_security_archive(kTrixie, {kMain, changed(kSecurity, row.change)}) == row.misses);
  }
}

TEST_CASE("edge-72: each distribution's security archive is known by its own name") {
  const Archive buster{"http://b.example.org/debian-security", "oldstable", "buster", "Debian", "Debian-Security"};
  CHECK_FALSE(misses_security_archive({"debian", "buster", "10", false}, {buster}));
  CHECK_FALSE(misses_security_archive({"debian", "", "8", false}, {buster}));
  const Archive noble{"http://u.example.org/ubuntu", "noble-security", "noble", "Ubuntu", "Ubuntu"};
  CHECK_FALSE(misses_security_archive({"ubuntu", "noble", "", false}, {noble}));
  CHECK(misses_security_archive({"ubuntu", "jammy", "", false}, {noble}));
  const Archive esm{"http://e.example.org/ubuntu", "noble-infra-security", "noble", "UbuntuESM", "UbuntuESM"};
  CHECK(misses_security_archive({"ubuntu", "noble", "24.04", false}, {esm}));
}

TEST_CASE("edges 71 and 72: a distribution without a security archive, or on a rolling release, misses none") {
  CHECK_FALSE(misses_security_archive({}, {kMain}));
  CHECK_FALSE(misses_security_archive({"debian", "forky", "", true}, {kMain}));
}

TEST_CASE("an update is other only if the archive that offers it has a security archive beside it") {
  const Archive noble{"http://u.example.org/ubuntu", "noble-updates", "noble", "Ubuntu", "Ubuntu"};
  const Archive noble_security{"http://s.example.org/ubuntu", "noble-security", "noble", "Ubuntu", "Ubuntu"};
  const Archive vendor{"http://v.example.org/apt", "stable", "", "Vendor", "Vendor"};
  const Archive vendor_security{"http://name:word@v.example.org/apt/", "stable-security", "", "Vendor", "Vendor"};
  const Archive pulp{"http://p.example.org/vendor", "trixie", "trixie", "Pulp 3", ""};
  const Archive pulp_security{"http://p.example.org/security", "trixie-security", "trixie-security", "Pulp 3", ""};
  const Archive unnamed{"http://n.example.org/apt", "trixie", "trixie", "", ""};
  const Archive unnamed_security{"http://n.example.org/apt", "trixie-security", "trixie-security", "", ""};
  struct Row {
    const char* name;
    Archive from;
    Archive security;
    Classification expected;
  };
  for (const Row& row :
       {Row{"Debian's main", kMain, kSecurity, Classification::other},
        Row{"Debian's updates", {kMain.uri, "stable-updates", "trixie-updates"}, kSecurity, Classification::other},
        Row{"Debian's sid", {kMain.uri, "unstable", "sid"}, kSecurity, Classification::unknown},
        Row{"Debian before 11",
            {kMain.uri, "oldstable", "buster"},
            {kSecurity.uri, "oldstable", "buster", "Debian", "Debian-Security"},
            Classification::other},
        Row{"Ubuntu's updates", noble, noble_security, Classification::other},
        Row{"somebody else's", vendor, kSecurity, Classification::unknown},
        Row{"somebody else's with a security archive", vendor, vendor_security, Classification::other},
        Row{"a mirror program's that gives all the same name", pulp, pulp_security, Classification::unknown},
        Row{"one without a name", unnamed, unnamed_security, Classification::unknown},
        Row{"the security archive itself", kSecurity, kSecurity, Classification::security}}) {
    CAPTURE(row.name);
    const auto findings = findings_of_update(row.from, row.security);
    REQUIRE(findings.updates.size() == 1);
    CHECK(findings.updates[0].classifications == std::vector{row.expected});
    CHECK(findings.metadata.missing_advisory_data.empty() == (row.expected != Classification::unknown));
  }
}

TEST_CASE("without a fetched security source Debian's own updates can't be told apart either") {
  const auto findings = findings_of_update(kMain, kMain);
  REQUIRE(findings.updates.size() == 1);
  CHECK(findings.updates[0].classifications == std::vector{Classification::unknown});
  CHECK(misses_security_archive(kTrixie, {kMain}));
}
