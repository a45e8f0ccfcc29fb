// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "collectors/collector.h"
#include "collectors/zypper/zypper_probe_output.h"

using namespace patchstate;
using namespace patchstate::zypper;

namespace {

constexpr std::string_view kAnswer =
    R"({"snapshot":"zypper","tool":"patchstate-solv-probe","toolVersion":"libsolv 0.7.23","problems":1,"changesUnasked":2,)"
    R"("patchesKnown":7,"erased":["old"],"severalTimes":["kernel-default"],"setAside":["patch:SUSE-2"],"packages":1,)"
    R"("replaced":1,"advisories":3,"categories":{"updates":["recommended","security"]}})"
    "\n"
    R"({"kind":"package","name":"alpha","installed":["1:1.0-1","x86_64","SUSE"],)"
    R"("newest":[["1:1.1-1","x86_64","SUSE","updates"]],"vendors":["SUSE"],"chosen":[["1:1.1-1","noarch","","other"]]})"
    "\n"
    R"({"kind":"replaced","name":"delta","installed":["1.0-1","x86_64","SUSE"],"obsoleters":["epsilon"],)"
    R"("by":[{"name":"epsilon","chosen":["2.0-1","x86_64","SUSE","updates"],"newest":[["2.1-1","x86_64","SUSE","other"]]}]})"
    "\n"
    R"({"kind":"advisory","name":"SUSE-1","edition":"1","arch":"noarch","repository":"updates","needed":true,)"
    R"("category":"security","severity":"important","issued":1767323045,"updateStack":false,"reboot":true,)"
    R"("url":"https://example.org/1","cves":["CVE-2026-1"],"packages":[["alpha","x86_64","1:1.1-1"]]})"
    "\n"
    R"({"kind":"advisory","name":"STACK-1","edition":"2","arch":"noarch","repository":"updates","needed":true,)"
    R"("category":"recommended","severity":"low","issued":-1,"updateStack":true,"reboot":false,)"
    R"("url":"","cves":[],"packages":[]})"
    "\n"
    R"({"kind":"advisory","name":"OTHER-1","edition":"1","arch":"noarch","repository":"updates","needed":false,)"
    R"("category":"optional","severity":"","issued":1767323045,"updateStack":false,"reboot":false,)"
    R"("url":"","cves":[],"packages":[["alpha","x86_64","1:1.0-2"]]})"
    "\n";
constexpr std::string_view kStale =
    R"({"snapshot":"zypper","tool":"patchstate-solv-probe","toolVersion":"libsolv 0.7.23","stale":"updates has changed"})"
    "\n";

FailureKind kind_of_failure(std::string_view text) {
  try {
    parse_probe_output(text);
  } catch (const CollectorError& error) {
    return error.kind;
  }
  FAIL("accepted: " << text);
  return FailureKind::internal;
}

std::string with(std::string_view what, std::string_view by) {
  std::string text(kAnswer);
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("the solv probe's answer is read field by field") {
  const ProbeAnswer all = parse_probe_output(kAnswer);
  CHECK(all.tool_version == "libsolv 0.7.23");
  CHECK(all.stale.empty());
  CHECK(all.problems == 1);
  CHECK(all.changes_unasked == 2);
  CHECK(all.patches_known == 7);
  CHECK(all.erased == std::vector<std::string>{"old"});
  CHECK(all.several_times == std::vector<std::string>{"kernel-default"});
  CHECK(all.set_aside == std::vector<std::string>{"patch:SUSE-2"});
  REQUIRE(all.packages.size() == 1);
  const ProbedPackage& package = all.packages[0];
  CHECK(package.name == "alpha");
  CHECK(package.installed.version == "1:1.0-1");
  CHECK(package.installed.arch == "x86_64");
  CHECK(package.installed.vendor == "SUSE");
  CHECK(package.newest.at(0).repository == "updates");
  CHECK(package.vendors == std::vector<std::string>{"SUSE"});
  CHECK(package.chosen.at(0).arch == "noarch");
  REQUIRE(all.replaced.size() == 1);
  CHECK(all.replaced[0].name == "delta");
  CHECK(all.replaced[0].installed.version == "1.0-1");
  CHECK(all.replaced[0].obsoleters == std::vector<std::string>{"epsilon"});
  CHECK(all.replaced[0].by.at(0).name == "epsilon");
  CHECK(all.replaced[0].by[0].chosen.repository == "updates");
  CHECK(all.replaced[0].by[0].newest.at(0).version == "2.1-1");
  REQUIRE(all.patches.size() == 2);
  const ListedUpdate& patch = all.patches[0];
  CHECK(patch.kind == Kind::patch);
  CHECK(patch.status == "needed");
  CHECK(patch.name == "SUSE-1");
  CHECK(patch.edition == "1");
  CHECK(patch.severity == "important");
  CHECK(patch.category == "security");
  CHECK(patch.reboot_suggested);
  CHECK(patch.issued == Time{std::chrono::seconds{1767323045}});
  CHECK(patch.issues.at(0).id == "CVE-2026-1");
  CHECK(!all.patches[1].issued);
  REQUIRE(all.advisories.size() == 3);
  const ProbedAdvisory& told = all.advisories[0];
  CHECK(told.repository == "updates");
  CHECK(told.advisory.id == "SUSE-1");
  CHECK(told.advisory.version == "1");
  CHECK(told.advisory.type == "security");
  CHECK(told.advisory.severity == "important");
  CHECK(told.advisory.url == "https://example.org/1");
  CHECK(told.advisory.cves == std::vector<std::string>{"CVE-2026-1"});
  CHECK(told.advisory.reboot_suggested);
  CHECK(told.advisory.issued == patch.issued);
  CHECK(told.advisory.packages.at(0).name == "alpha");
  CHECK(told.advisory.packages[0].arch == "x86_64");
  CHECK(told.advisory.packages[0].version == rpm::parse_evr("1:1.1-1"));
  CHECK(all.advisories[2].advisory.id == "OTHER-1");
  CHECK(all.categories.at("updates").size() == 2);
}

TEST_CASE("edge-117: while a patch of the update stack is needed, the others are blocked") {
  const ProbeAnswer all = parse_probe_output(kAnswer);
  CHECK(all.patches.at(0).blocked);
  CHECK(all.patches.at(1).update_stack);
  CHECK(!all.patches.at(1).blocked);
}

TEST_CASE("a stale answer has its reason, and no lists") {
  const ProbeAnswer answer = parse_probe_output(kStale);
  CHECK(answer.stale == "updates has changed");
  CHECK(answer.packages.empty());
}

TEST_CASE("the solv probe's answer cut anywhere is unparseable, never a shorter list") {
  for (const auto answer : {kAnswer, kStale})
    for (std::size_t length = 0; length < answer.size(); ++length) {
      CAPTURE(length);
      CHECK(kind_of_failure(answer.substr(0, length)) == FailureKind::unparseable);
    }
}

TEST_CASE("edge-107, edge-112: whatever else the solv probe prints is unparseable") {
  const std::string all[] = {
      "",
      "\xff\xfe garbage",
      "[]",
      "{}",
      std::string(100000, '['),
      std::string(100000, '[') + "\n",
      "{\"snapshot\":\"apt\"}\n",
      "{\"snapshot\":1}\n",
      std::string(kAnswer) + "x",
      with(R"("name":"alpha")", R"("name":"")"),                 // an update of nothing
      with(R"("name":"SUSE-1")", R"("name":"")"),                // an advisory without a name
      with(R"(["1:1.1-1",)", R"(["",)"),                         // to no version
      with(R"("updates"]],"vendors")", R"(""]],"vendors")"),     // from nowhere
      with(R"("SUSE","updates"]])", R"("SUSE"]])"),              // from nowhere
      with(R"(["1:1.0-1","x86_64","SUSE"])", R"(["1:1.0-1"])"),  // of no architecture
      with(R"(["1:1.0-1","x86_64","SUSE"])", R"({"0":"1"})"),
      with(R"(["alpha","x86_64","1:1.1-1"])", R"(["alpha","x86_64",""])"),  // an advisory of no version
      with(R"(["alpha","x86_64","1:1.1-1"])", R"(["alpha","x86_64",1])"),
      with(R"(["alpha","x86_64","1:1.1-1"])", R"(["alpha","x86_64"])"),
      with(R"(["alpha","x86_64","1:1.1-1"])", R"([[[[[[[[]]]]]]]])"),
      with(R"("cves":["CVE-2026-1"])", R"("cves":[1])"),
      with(R"("needed":true,)", ""),
      with(R"("categories":{"updates":["recommended","security"]})", R"("categories":[])"),
      with(R"("erased":["old"],)", ""),  // nobody knows what would go
      with(R"("problems":1)", R"("problems":null)"),
      with(R"("patchesKnown":7,)", ""),
      with(R"("problems":1)", R"("problems":1e300)"),
      with(R"("issued":-1)", R"("issued":-1.5e99)"),
      with(R"("packages":1)", R"("packages":2)"),
      with(R"("replaced":1,)", R"("replaced":0,)"),
      with(R"("chosen":["2.0-1","x86_64","SUSE","updates"])", R"("chosen":[])"),
      with(R"("obsoleters":["epsilon"],)", ""),
      with(R"("advisories":3)", R"("advisories":2)"),
      with(R"("kind":"package")", R"("kind":"pattern")"),
      std::string(kAnswer) + "\n",
      "{\"snapshot\":\"zypper\",\"toolVersion\":\"libsolv 0.7.23\",\"stale\":\"\"}\n",
  };
  for (const auto& text : all) {
    CAPTURE(text.substr(0, 200));
    CHECK(kind_of_failure(text) == FailureKind::unparseable);
  }
}
