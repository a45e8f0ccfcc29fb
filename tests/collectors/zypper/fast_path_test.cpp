// SPDX-License-Identifier: Apache-2.0
// When the probe's answer may stand for zypper's.
#include <functional>

#include <doctest/doctest.h>

#include "collectors/zypper/zypper_fast_path.h"

using namespace patchstate;
using namespace patchstate::zypper;

namespace {

Snapshot plain_snapshot() {
  Snapshot snapshot;
  snapshot.installed.push_back({"alpha", rpm::parse_evr("1.0-1"), "x86_64", std::nullopt, "SUSE"});
  for (const char* const alias : {"base", "updates"}) {
    FetchedRepository repository;
    repository.config.id = alias;
    repository.reading = FetchedRepository::Reading::ok;
    snapshot.repositories.push_back(std::move(repository));
  }
  return snapshot;
}

ProbeAnswer plain_answer() {
  ProbeAnswer answer;
  answer.tool_version = "libsolv 0.7.23";
  answer.patches_known = 1;
  const ProbedVersion newest{"1.2-1", "x86_64", "SUSE", "updates"};
  answer.packages.push_back({"alpha", {"1.0-1", "x86_64", "SUSE", {}}, {newest}, {"SUSE"}, {newest}});
  const ProbedVersion in_place{"2.0-1", "x86_64", "SUSE", "updates"};
  for (const char* const name : {"delta", "gamma"})
    answer.replaced.push_back(
        {name, {"1.0-1", "x86_64", "SUSE", {}}, {{"epsilon", in_place, {in_place}}}, {"epsilon"}});
  return answer;
}

struct Odd {
  const char* what;
  std::function<void(Snapshot&)> make;
};

struct OddAnswer {
  const char* what;
  std::function<void(ProbeAnswer&)> make;
};

}  // namespace

TEST_CASE("a plain system and a plain answer need no zypper") {
  CHECK(needs_zypper(plain_snapshot()).empty());
  CHECK(needs_zypper(plain_answer(), plain_snapshot()).empty());
}

TEST_CASE("zypper is asked at once where the probe can't know enough") {
  const Odd all[] = {
      {"a lock", [](auto& one) { one.locks.emplace_back(); }},
      {"another priority", [](auto& one) { one.repositories[1].config.priority = 98; }},
      {"never fetched", [](auto& one) { one.repositories[1].reading = FetchedRepository::Reading::never_fetched; }},
      {"unreadable", [](auto& one) { one.repositories[0].reading = FetchedRepository::Reading::unreadable; }},
      {"a folder of packages", [](auto& one) { one.repositories[1].config.type = "plaindir"; }},
      {"an alias twice", [](auto& one) { one.repositories[1].config.id = "base"; }},
      {"no repository", [](auto& one) { one.repositories.clear(); }},
      {"a .repo file that can't be read", [](auto& one) { one.warnings.emplace_back(); }},
      {"locks that can't be read", [](auto& one) { one.messages.emplace_back(); }},
      {"a line that is not understood", [](auto& one) { one.not_understood.emplace_back("?"); }},
      {"edge-81: a PTF", [](auto& one) { one.installed[0].evr = rpm::parse_evr("1.0-1.PTF.5"); }},
  };
  for (const auto& odd : all) {
    CAPTURE(odd.what);
    Snapshot snapshot = plain_snapshot();
    odd.make(snapshot);
    CHECK(!needs_zypper(snapshot).empty());
  }
}

TEST_CASE("priorities that are all the same are none, written or not") {
  Snapshot snapshot = plain_snapshot();
  snapshot.repositories[0].config.priority = 99;
  CHECK(needs_zypper(snapshot).empty());
  for (auto& one : snapshot.repositories) one.config.priority = 10;
  CHECK(needs_zypper(snapshot).empty());
}

TEST_CASE("an answer that leaves zypper a choice is not taken") {
  const OddAnswer all[] = {
      {"stale", [](auto& one) { one.stale = "updates has changed"; }},
      {"problems", [](auto& one) { one.problems = 1; }},
      {"changes nobody asked for", [](auto& one) { one.changes_unasked = 1; }},
      {"no patch anywhere", [](auto& one) { one.patches_known = 0; }},
      {"a removal", [](auto& one) { one.erased = {"old"}; }},
      {"two kernels", [](auto& one) { one.several_times = {"kernel-default"}; }},
      {"retracted", [](auto& one) { one.set_aside = {"patch:SUSE-1"}; }},
      {"another vendor, even of an older one", [](auto& one) { one.packages[0].vendors.emplace_back("else"); }},
      {"an architecture changes", [](auto& one) { one.packages[0].installed.arch = "i686"; }},
      {"the newest is in two repositories",
       [](auto& one) {
         one.packages[0].newest.push_back(one.packages[0].newest[0]);
         one.packages[0].newest.back().repository = "base";
       }},
      {"the newest is not taken", [](auto& one) { one.packages[0].chosen[0].version = "1.1-1"; }},
      {"nothing is taken", [](auto& one) { one.packages[0].chosen.clear(); }},
      {"two are taken", [](auto& one) { one.packages[0].chosen.push_back(one.packages[0].chosen[0]); }},
      {"from elsewhere", [](auto& one) { one.packages[0].chosen[0].repository = "base"; }},
      {"a downgrade", [](auto& one) { one.packages[0].newest.clear(); }},
      {"two obsolete it", [](auto& one) { one.replaced[0].obsoleters.emplace_back("zeta"); }},
      {"two take its place", [](auto& one) { one.replaced[0].by.push_back(one.replaced[0].by[0]); }},
      {"what takes its place is not the newest", [](auto& one) { one.replaced[1].by[0].newest[0].version = "2.1-1"; }},
      {"it is of another vendor", [](auto& one) { one.replaced[1].installed.vendor = "else"; }},
      {"it is of another architecture", [](auto& one) { one.replaced[1].installed.arch = "i686"; }},
      {"installed is another version", [](auto& one) { one.packages[0].installed.version = "1.0-2"; }},
      {"it is not installed", [](auto& one) { one.packages[0].name = "beta"; }},
  };
  for (const auto& odd : all) {
    CAPTURE(odd.what);
    ProbeAnswer answer = plain_answer();
    odd.make(answer);
    CHECK(!needs_zypper(answer, plain_snapshot()).empty());
  }
}

TEST_CASE("what is taken are zypper's lists, and the tool is named") {
  Snapshot snapshot = plain_snapshot();
  ProbeAnswer answer = plain_answer();
  answer.patches.emplace_back().name = "SUSE-1";
  take(std::move(answer), snapshot);
  CHECK(snapshot.tool == "patchstate-solv-probe");
  CHECK(snapshot.tool_version == "libsolv 0.7.23");
  CHECK(snapshot.patches.at(0).name == "SUSE-1");
  REQUIRE(snapshot.updates.size() == 2);
  CHECK(snapshot.updates[0].kind == Kind::package);
  CHECK(snapshot.updates[0].name == "alpha");
  CHECK(snapshot.updates[0].edition == "1.2-1");
  CHECK(snapshot.updates[0].edition_old == "1.0-1");
  CHECK(snapshot.updates[0].arch == "x86_64");
  CHECK(snapshot.updates[0].repository == "updates");
  CHECK(snapshot.updates[1].name == "epsilon");
  CHECK(snapshot.updates[1].edition == "2.0-1");
  CHECK(snapshot.updates[1].edition_old.empty());
  CHECK(snapshot.updates[1].replaces == "delta-1.0-1.x86_64, gamma-1.0-1.x86_64");
  CHECK(snapshot.all_updates.size() == 2);
}

TEST_CASE("advisories of the cache go to their repository, and stand for the file if they are plain") {
  Snapshot snapshot = plain_snapshot();
  ProbeAnswer answer = plain_answer();
  for (const char* const alias : {"base", "updates", "gone"}) {
    auto& one = answer.advisories.emplace_back();
    one.repository = alias;
    one.advisory.id = alias;
    one.advisory.issued = Time{};
  }
  answer.advisories[1].advisory.severity = "important ";
  answer.categories = {{"base", {"recommended"}}, {"updates", {"recommended", "security"}}};
  take(std::move(answer), snapshot);
  CHECK(snapshot.repositories[0].is_told);
  CHECK(snapshot.repositories[0].advisories.at(0).id == "base");
  CHECK(!snapshot.repositories[0].names_security);
  CHECK(!snapshot.repositories[1].is_told);
  CHECK(snapshot.repositories[1].advisories.size() == 1);
  CHECK(snapshot.repositories[1].names_security);
}

TEST_CASE("settings that only say how packages are fetched are usual, all others are not") {
  CHECK(unusual_settings("").empty());
  CHECK(unusual_settings(
            "# arch = s390\n[main]\r\n\n  multiversion = provides:multiversion(kernel)\nrpm.install.excludedocs = no\n")
            .empty());
  CHECK(unusual_settings("[main]\nsolver.allowVendorChange = true\n") ==
        std::vector<std::string>{"solver.allowVendorChange"});
  CHECK(unusual_settings("arch=i686\ncachedir = /x") == std::vector<std::string>{"arch", "cachedir"});
  CHECK(unusual_settings("[other]").size() == 1);
  CHECK(unusual_settings(std::string_view("\0\xff", 2)).size() == 1);
}

TEST_CASE("system checks are the lines that are no comments") {
  CHECK(system_checks("# what must be there\n\nrequires:glibc\n conflicts:x \n") ==
        std::vector<std::string>{"requires:glibc", "conflicts:x"});
}
