// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "collectors/collector.h"
#include "collectors/zypper/zypper_probe_output.h"

using namespace patchstate;
using namespace patchstate::zypper;

namespace {

constexpr std::string_view kAnswer =
    R"({"snapshot":"zypper","tool":"patchstate-solv-probe","toolVersion":"libsolv 0.7.23","problems":1,"changesUnasked":2,)"
    R"("patchesKnown":7,"erased":["old"],"severalTimes":["kernel-default"],"setAside":["patch:SUSE-2"],"packages":1,"patches":2})"
    "\n"
    R"({"kind":"package","name":"alpha","version":"1:1.0-1","arch":"x86_64","vendor":"SUSE",)"
    R"("newer":[{"version":"1:1.1-1","arch":"x86_64","vendor":"SUSE","repository":"updates"}],)"
    R"("chosen":[{"version":"1:1.1-1","arch":"noarch","vendor":"","repository":"other"}]})"
    "\n"
    R"({"kind":"patch","name":"SUSE-1","edition":"1","arch":"noarch","repository":"updates","category":"security",)"
    R"("severity":"important","issued":1767323045,"updateStack":false,"reboot":true,)"
    R"("issues":[{"type":"cve","id":"CVE-2026-1"}]})"
    "\n"
    R"({"kind":"patch","name":"STACK-1","edition":"2","arch":"noarch","repository":"updates","category":"recommended",)"
    R"("severity":"low","issued":-1,"updateStack":true,"reboot":false,"issues":[]})"
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
  CHECK(package.newer.at(0).repository == "updates");
  CHECK(package.chosen.at(0).arch == "noarch");
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
      with(R"("name":"alpha")", R"("name":"")"),                // an update of nothing
      with(R"("name":"SUSE-1")", R"("name":"")"),               // a patch without a name
      with(R"("version":"1:1.1-1")", R"("version":"")"),        // to no version
      with(R"("repository":"updates")", R"("repository":"")"),  // from nowhere
      with(R"("erased":["old"],)", ""),                         // nobody knows what would go
      with(R"("problems":1)", R"("problems":null)"),
      with(R"("patchesKnown":7,)", ""),
      with(R"("problems":1)", R"("problems":1e300)"),
      with(R"("issued":-1)", R"("issued":-1.5e99)"),
      with(R"("packages":1)", R"("packages":2)"),
      with(R"("patches":2)", R"("patches":1)"),
      with(R"("kind":"package")", R"("kind":"pattern")"),
      std::string(kAnswer) + "\n",
      "{\"snapshot\":\"zypper\",\"toolVersion\":\"libsolv 0.7.23\",\"stale\":\"\"}\n",
  };
  for (const auto& text : all) {
    CAPTURE(text.substr(0, 200));
    CHECK(kind_of_failure(text) == FailureKind::unparseable);
  }
}
