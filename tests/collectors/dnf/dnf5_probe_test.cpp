// SPDX-License-Identifier: Apache-2.0
// What patchstate-solv-probe says of dnf5's caches, and when it may stand for what dnf5 would.
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "collectors/collector.h"
#include "collectors/dnf/dnf5_fast_path.h"
#include "collectors/dnf/dnf5_probe_output.h"

namespace patchstate::dnf {
namespace {

const std::string kHead =
    R"({"snapshot":"dnf5","tool":"patchstate-solv-probe","toolVersion":"libsolv 0.7.40","installedCount":2,)"
    R"("problems":0,"gone":[],"obsoleting":[],"installed":1,"chosen":2,"advisories":1})"
    "\n";
const std::string kRows =
    R"({"kind":"installed","package":["alpha","1.0-1","x86_64"]})"
    "\n"
    R"({"kind":"chosen","package":["alpha","1:1.1-1","x86_64"],"repository":"updates","known":true})"
    "\n"
    R"({"kind":"chosen","package":["needed","1-1","noarch"],"repository":"updates","known":false})"
    "\n"
    R"({"kind":"advisory","id":"T:1","type":"security","severity":"None","title":"t","status":"final",)"
    R"("issued":1767323045,"url":"","cves":["CVE-2026-1000"],"packages":[["alpha","1:1.1-1","x86_64"]]})"
    "\n";

Dnf5ProbeAnswer plain_answer() {
  return parse_dnf5_probe(kHead + kRows);
}

/// What check-upgrade says of the same machine.
PackageList plain_list() {
  PackageList list;
  list.rows.push_back({{"alpha", rpm::parse_evr("1:1.1-1"), "x86_64"}, "updates"});
  return list;
}

TEST_CASE("the solv probe's answer about dnf5 is read field by field") {
  const Dnf5ProbeAnswer answer = plain_answer();
  CHECK(answer.tool_version == "libsolv 0.7.40");
  CHECK(answer.installed_count == 2);
  REQUIRE(answer.chosen.size() == 2);
  CHECK(rpm::to_text(answer.chosen[0].package) == "alpha-1:1.1-1.x86_64");
  CHECK(answer.chosen[0].known);
  REQUIRE(answer.advisories.size() == 1);
  CHECK(answer.advisories[0].id == "T:1");
  CHECK(answer.advisories[0].severity.empty());
  CHECK(answer.advisories[0].cves == std::vector<std::string>{"CVE-2026-1000"});
  CHECK(answer.advisories[0].issued == Time(std::chrono::seconds(1767323045)));
  REQUIRE(answer.advisories[0].packages.size() == 1);
  CHECK(answer.advisories[0].packages[0].arch == "x86_64");
}

TEST_CASE("the solv probe's answer about dnf5 cut anywhere is unparseable, never a shorter list") {
  const std::string whole = kHead + kRows;
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_THROWS_AS(parse_dnf5_probe(std::string_view(whole).substr(0, size)), CollectorError);
}

TEST_CASE("whatever else the solv probe prints about dnf5 is unparseable") {
  for (const std::string_view bad :
       {R"({"snapshot":"zypper","toolVersion":"x","stale":"y"})", "[]", "[[[[[[[[1]]]]]]]]", "nothing", "{}"})
    CHECK_THROWS_AS(parse_dnf5_probe(std::string(bad) + "\n"), CollectorError);
  CHECK_THROWS_AS(parse_dnf5_probe(kHead + kRows + R"({"kind":"other"})" + "\n"), CollectorError);
}

TEST_CASE("an answer that has just what dnf5 lists is dnf5's") {
  CHECK(needs_dnf5(plain_answer(), plain_list()) == "");
}

TEST_CASE("an answer that differs from dnf5's list in any row is not taken") {
  PackageList more = plain_list();
  more.rows.push_back({{"beta", rpm::parse_evr("2-1"), "x86_64"}, "updates"});
  CHECK(needs_dnf5(plain_answer(), more) != "");
  CHECK(needs_dnf5(plain_answer(), {}) != "");
  PackageList elsewhere = plain_list();
  elsewhere.rows[0].repository = "other";
  CHECK(needs_dnf5(plain_answer(), elsewhere) != "");
  PackageList older = plain_list();
  older.rows[0].package.evr = rpm::parse_evr("1:1.0-9");
  CHECK(needs_dnf5(plain_answer(), older) != "");
}

TEST_CASE("an answer that leaves dnf5 a choice is not taken") {
  Dnf5ProbeAnswer stale;
  stale.stale = "updates has no repomd.xml that can be read";
  CHECK(needs_dnf5(stale, {}) == stale.stale);
  Dnf5ProbeAnswer answer = plain_answer();
  answer.problems = 1;
  CHECK(needs_dnf5(answer, plain_list()) != "");
  answer = plain_answer();
  answer.gone = {"delta"};
  CHECK(needs_dnf5(answer, plain_list()) != "");
  answer = plain_answer();
  answer.obsoleting = {"epsilon"};
  CHECK(needs_dnf5(answer, plain_list()) != "");
  answer = plain_answer();
  answer.installed_count = 0;
  CHECK(needs_dnf5(answer, plain_list()) != "");
}

TEST_CASE("what is taken says who answered, and has all that dnf5's other commands would have said") {
  Snapshot snapshot;
  take(plain_answer(), snapshot);
  CHECK(snapshot.answered_by == "patchstate-solv-probe");
  CHECK(snapshot.tool_version == "libsolv 0.7.40");
  REQUIRE(snapshot.installed.size() == 1);
  REQUIRE(snapshot.plan.has_value());
  CHECK(snapshot.plan->installs.size() == 2);
  CHECK(snapshot.advisories.size() == 1);
}

TEST_CASE("settings of dnf5 that only say how things are fetched are usual, all others are not") {
  using List = std::vector<std::string>;
  CHECK(unusual_settings(
            "[main]\ngpgcheck = 1\n# priority=1\n; cost=1\nbaseurl=https://a.example.org/\n  priority=b\n") == List{});
  CHECK(unusual_settings("[main]\nexcludepkgs=a\n[updates]\nPriority: 10\ncost =5\n  module_hotfixes=1\n") ==
        List{"excludepkgs", "priority", "cost"});
  CHECK(unusual_settings("gpgcheck_of_none=1\nnonsense\n") == List{"gpgcheck_of_none", "nonsense"});
}

}  // namespace
}  // namespace patchstate::dnf
