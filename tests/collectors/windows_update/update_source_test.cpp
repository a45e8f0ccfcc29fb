// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/update_source.h"

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "assessment/assessment_json.h"

namespace patchstate::windows_update {
namespace {

const std::string kWsus = "3da21691-e39d-4da6-8a4b-b43877bcb1b7";
const std::string kWindowsUpdate = "9482f4b4-e343-43b6-b170-9a65bc822c77";
const std::string kMicrosoftUpdate = "7971f918-a847-4430-9279-4a52d1efe18d";
const Time kNow = *parse_time("2026-11-28T06:00:00Z");

UpdateService service(const std::string& id, bool is_default) {
  UpdateService one;
  one.id = id;
  one.is_default = is_default;
  one.is_managed = id == kWsus;
  return one;
}

/// A machine whose agent asks `asks` by default, nothing set by policy.
Snapshot machine(const std::string& asks) {
  Snapshot all;
  all.services = {service(kWsus, asks == kWsus), service(kWindowsUpdate, asks == kWindowsUpdate),
                  service(kMicrosoftUpdate, asks == kMicrosoftUpdate)};
  all.search.selection = "default";
  all.search.result = SearchResult::succeeded;
  all.policy.wuauserv_start = 3;
  return all;
}

Snapshot with_wsus(Snapshot all) {
  all.policy.wu_server = "https://reader:secret@wsus.example.org:8531";
  all.policy.use_wu_server = 1;
  return all;
}

const Warning* warning(const UpdateSource& source, std::string_view code) {
  const auto found = std::find_if(source.warnings.begin(), source.warnings.end(),
                                  [&](const Warning& one) { return one.code == code; });
  return found == source.warnings.end() ? nullptr : &*found;
}

TEST_CASE("a machine without policy is served by Windows Update") {
  const auto source = update_source(machine(kWindowsUpdate), kNow);
  CHECK(source.service == PatchService::WU);
  CHECK(source.name == "Windows Update");
  CHECK(source.managed == false);
  CHECK(source.warnings.empty());
  CHECK(repository_name(source) == "Windows Update");
}

TEST_CASE("a WSUS server in force is named, without its password") {
  const auto source = update_source(with_wsus(machine(kWsus)), kNow);
  CHECK(source.service == PatchService::WU_WSUS);
  CHECK(source.service_id == kWsus);
  CHECK(source.managed == true);
  CHECK(source.warnings.empty());
  CHECK(source.server.find("secret") == std::string::npos);
  CHECK(repository_name(source).find("wsus.example.org:8531") != std::string::npos);
}

TEST_CASE("a WSUS server is in force with both values alone") {
  auto unused = machine(kWindowsUpdate);
  unused.policy.wu_server = "https://wsus.example.org";
  CHECK(update_source(unused, kNow).service == PatchService::WU);
  CHECK(update_source(unused, kNow).warnings.empty());
  unused.policy.use_wu_server = 0;
  CHECK(update_source(unused, kNow).warnings.empty());
  auto nameless = machine(kWindowsUpdate);
  nameless.policy.use_wu_server = 1;
  CHECK(update_source(nameless, kNow).service == PatchService::WU);
  CHECK(warning(update_source(nameless, kNow), "wsus_without_server") != nullptr);
}

TEST_CASE("policy alone says which service where the agent can't") {
  auto all = with_wsus(machine(""));
  all.services.reset();
  CHECK(update_source(all, kNow).service == PatchService::WU_WSUS);
  CHECK(update_source(all, kNow).name == "WSUS");
  all.policy = {};
  CHECK(update_source(all, kNow).service == PatchService::WU);
  all.policy.mdm_update_service_url = "https://wsus.example.org";
  CHECK(update_source(all, kNow).service == PatchService::WU_WSUS);
}

TEST_CASE("what was searched counts more than what is the default") {
  auto all = machine(kWindowsUpdate);
  all.search.service_id = kMicrosoftUpdate;
  CHECK(update_source(all, kNow).name == "Microsoft Update");
  all.search.service_id.clear();
  all.search.selection = "managed";
  CHECK(update_source(all, kNow).service == PatchService::WU_WSUS);
  auto other = with_wsus(machine(kWsus));
  other.search.selection = "windows_update";
  CHECK(update_source(other, kNow).service == PatchService::WU);
}

TEST_CASE("policy and agent that disagree are told") {
  const auto ignored = update_source(with_wsus(machine(kWindowsUpdate)), kNow);
  CHECK(ignored.service == PatchService::WU);
  REQUIRE(warning(ignored, "update_source_disagrees") != nullptr);
  CHECK(warning(ignored, "update_source_disagrees")->message.find("wsus.example.org") != std::string::npos);
  CHECK(warning(ignored, "update_source_disagrees")->message.find("secret") == std::string::npos);
  CHECK_FALSE(warning(ignored, "update_source_disagrees")->incomplete);
  CHECK(warning(update_source(machine(kWsus), kNow), "update_source_disagrees") != nullptr);
}

TEST_CASE("policy that sends quality updates to Windows Update is in force where its switch is on") {
  auto all = with_wsus(machine(kWindowsUpdate));
  all.policy.source_for_quality_updates = 0;
  CHECK(warning(update_source(all, kNow), "update_source_disagrees") != nullptr);
  all.policy.use_update_class_policy_source = 1;
  CHECK(update_source(all, kNow).warnings.empty());
  all.policy.source_for_quality_updates = 1;
  CHECK(warning(update_source(all, kNow), "update_source_disagrees") != nullptr);
}

TEST_CASE("a WSUS server beside deferrals leaves open which is asked, unless dual scan is off") {
  auto all = with_wsus(machine(kWindowsUpdate));
  all.policy.defer_quality_updates_days = 7;
  CHECK(warning(update_source(all, kNow), "update_source_disagrees") == nullptr);
  all.policy.disable_dual_scan = 1;
  CHECK(warning(update_source(all, kNow), "update_source_disagrees") != nullptr);
}

TEST_CASE("updates that are paused are missing from the list, and deferred ones are told of") {
  auto all = machine(kWindowsUpdate);
  all.policy.pause_quality_updates_until = "2026-12-05T00:00:00Z";
  REQUIRE(warning(update_source(all, kNow), "updates_paused") != nullptr);
  CHECK(warning(update_source(all, kNow), "updates_paused")->incomplete);
  all.policy.pause_quality_updates_until = "2026-11-05T00:00:00Z";
  CHECK(warning(update_source(all, kNow), "updates_paused") == nullptr);
  all.policy.pause_quality_updates_until = "some day";
  CHECK(warning(update_source(all, kNow), "updates_paused") != nullptr);
  all.policy.defer_quality_updates_days = 7;
  REQUIRE(warning(update_source(all, kNow), "updates_deferred") != nullptr);
  CHECK_FALSE(warning(update_source(all, kNow), "updates_deferred")->incomplete);
  all.policy.disable_dual_scan = 1;
  auto managed = with_wsus(all);
  managed.search.service_id = kWsus;
  CHECK(warning(update_source(managed, kNow), "updates_paused") == nullptr);
}

TEST_CASE("what forbids every search is a reason, and what only switches off installing is a note") {
  const std::vector<std::pair<std::function<void(Snapshot&)>, std::string>> cases = {
      {[](Snapshot& all) { all.policy.wuauserv_start = 4; }, "wuauserv"},
      {[](Snapshot& all) { all.policy.disable_windows_update_access = 1; }, "DisableWindowsUpdateAccess"},
      {[](Snapshot& all) { all.policy.mdm_allow_update_service = 0; }, "AllowUpdateService"}};
  for (const auto& [change, words] : cases) {
    auto all = machine(kWindowsUpdate);
    CHECK(why_disabled(all).empty());
    change(all);
    CHECK(why_disabled(all).find(words) != std::string::npos);
  }
  auto off = machine(kWindowsUpdate);
  off.policy.no_auto_update = 1;
  CHECK(why_disabled(off).empty());
  REQUIRE(warning(update_source(off, kNow), "automatic_updates_off") != nullptr);
  CHECK_FALSE(warning(update_source(off, kNow), "automatic_updates_off")->incomplete);
}

TEST_CASE("behind a WSUS server that answers, the policy against Windows Update is about its pages alone") {
  auto all = with_wsus(machine(kWsus));
  all.policy.disable_windows_update_access = 1;
  CHECK(why_disabled(all).empty());
  all.search.result = SearchResult::failed;
  CHECK_FALSE(why_disabled(all).empty());
}

TEST_CASE("a scan package is neither WSUS nor compared with policy") {
  auto all = with_wsus(machine(kWindowsUpdate));
  all.search.offline_package = true;
  all.search.service_id = "5d4f1c1e-0000-4000-8000-000000000000";
  const auto source = update_source(all, kNow);
  CHECK(source.service == PatchService::WU);
  CHECK(source.name == "scan package");
  CHECK(source.warnings.empty());
}

}  // namespace
}  // namespace patchstate::windows_update
