// SPDX-License-Identifier: Apache-2.0
#include "collectors/windows_update/update_rules.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace patchstate::windows_update {
namespace {

const std::string kCritical = "e6cf1350-c01b-414d-a61f-263d14d133b4";
const std::string kSecurity = "0fa1201d-4330-4fa8-8ae9-b877473b6441";
const std::string kDefinition = "e0789628-ce08-4437-be74-2495b842f43b";
const std::string kRollup = "28bc880e-0592-4cbf-8f95-c79b17911d5f";
const std::string kUpdates = "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83";
const std::string kProduct = "21210d67-50bc-4254-a695-281765e10665";

RawUpdate raw(const std::string& id, const std::string& category) {
  RawUpdate one;
  one.id = id;
  one.revision = 200;
  one.title = "Update " + id;
  one.type = UpdateType::software;
  one.is_installed = false;
  one.is_hidden = false;
  if (!category.empty()) one.categories.push_back({category, "translated", "UpdateClassification"});
  return one;
}

Update judged(const RawUpdate& one) {
  const auto all = judge_updates({one}, false);
  REQUIRE(all.size() == 1);
  return all[0];
}

std::string classes(const Update& update) {
  std::string text;
  for (const auto one : update.classifications) text += (text.empty() ? "" : " ") + std::string(to_text(one));
  return text;
}

const Update& of(const std::vector<Update>& all, const std::string& id) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Update& one) { return one.patch_id == id + ".200"; });
  REQUIRE(found != all.end());
  return *found;
}

TEST_CASE("classes come from the ids of categories, whatever their names are") {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {kCritical, "critical"},
      {kSecurity, "security"},
      {kDefinition, "definition"},
      {kRollup, "rollup"},
      {"68c5b0a3-d1a6-4553-ae49-01d3a7827828", "rollup"},
      {kUpdates, "bugfix"},
      {"b54e7d24-7add-428f-8b75-90a396fa584f", "feature"},
      {"3689bdc8-b205-4af4-8d4a-a63924c5e9d5", "feature"},
      {"b4832bd8-e735-4761-8daf-37f882276dab", "other"},
      {"ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0", "driver"}};
  for (const auto& [id, classification] : expected) {
    const std::string shown = id;
    CAPTURE(shown);
    auto one = raw("a", kProduct);
    one.categories.push_back({id, "übersetzt", "UpdateClassification"});
    CHECK(classes(judged(one)) == classification);
    CHECK(judged(one).evidence.find(id) != std::string::npos);
  }
}

TEST_CASE("an update carries every class its categories give it") {
  auto one = raw("a", kCritical);
  one.categories.push_back({kSecurity, "", ""});
  CHECK(classes(judged(one)) == "critical security");
}

TEST_CASE("edge-126: a security update without a severity is one still") {
  const auto update = judged(raw("a", kSecurity));
  CHECK(is_security(update));
  CHECK(update.severity == Severity::unknown);
  CHECK(update.vendor_severity.empty());
}

TEST_CASE("edge-126: definitions of Defender are definitions, no alarm") {
  auto one = raw("a", kDefinition);
  one.msrc_severity = "Critical";
  one.cve_ids = {"CVE-2026-1"};
  CHECK(classes(judged(one)) == "definition");
}

TEST_CASE("a cumulative update that is classed as a rollup is a security update by its severity or its CVEs") {
  auto rated = raw("a", kRollup);
  rated.msrc_severity = "Important";
  CHECK(classes(judged(rated)) == "rollup security");
  CHECK(judged(rated).severity == Severity::important);
  CHECK(judged(rated).vendor_severity == "Important");
  CHECK(
      judged(rated).evidence ==
      "category Update Rollups (28bc880e-0592-4cbf-8f95-c79b17911d5f) and MSRC severity Important: a security update, "
      "whatever its category says");
  auto fixing = raw("a", kUpdates);
  fixing.cve_ids = {"CVE-2026-1", "CVE-2026-2"};
  CHECK(classes(judged(fixing)) == "bugfix security");
  CHECK(judged(fixing).cves.size() == 2);
  CHECK(classes(judged(raw("a", kRollup))) == "rollup");
}

TEST_CASE("a word that MSRC does not use is no severity") {
  auto one = raw("a", kUpdates);
  one.msrc_severity = "Unspecified";
  CHECK(classes(judged(one)) == "bugfix");
  CHECK(judged(one).severity == Severity::unknown);
  CHECK(judged(one).vendor_severity == "Unspecified");
  one.msrc_severity = "None";
  CHECK(judged(one).severity == Severity::unknown);
}

TEST_CASE("what can't be classed is unknown, never other") {
  CHECK(classes(judged(raw("a", ""))) == "unknown");
  CHECK(judged(raw("a", "")).evidence == "none of its categories could be read");
  CHECK(classes(judged(raw("a", kProduct))) == "unknown");
  CHECK(judged(raw("a", kProduct)).evidence.find("translated") != std::string::npos);
}

TEST_CASE("a driver is told by its type too") {
  auto one = raw("a", "");
  one.type = UpdateType::driver;
  CHECK(classes(judged(one)) == "driver");
}

TEST_CASE("the state says who is not going to install it, and why") {
  using Change = void (*)(RawUpdate&);
  struct Case {
    Change change;
    UpdateState state;
    const char* reason;
  };
  for (const auto& one : std::initializer_list<Case>{
           {[](RawUpdate&) {}, UpdateState::installable, ""},
           {[](RawUpdate& u) { u.is_hidden = true; }, UpdateState::hidden, "hid it"},
           {[](RawUpdate& u) { u.browse_only = true; }, UpdateState::optional, "BrowseOnly"},
           {[](RawUpdate& u) { u.auto_selection = AutoSelection::never_auto_select; }, UpdateState::optional,
            "AutoSelection"},
           {[](RawUpdate& u) { u.deployment_action = DeploymentAction::optional_installation; }, UpdateState::optional,
            "OptionalInstallation"},
           {[](RawUpdate& u) { u.deployment_action = DeploymentAction::uninstallation; }, UpdateState::excluded,
            "uninstalled"},
           {[](RawUpdate& u) { u.deployment_action = DeploymentAction::detection; }, UpdateState::excluded, "detected"},
           {[](RawUpdate& u) { u.is_installed = u.reboot_required = true; }, UpdateState::installed_pending_reboot,
            "next reboot"},
           {[](RawUpdate& u) {
              u.is_installed.reset();
              u.reboot_required = true;
            },
            UpdateState::installed_pending_reboot, "next reboot"},
           {[](RawUpdate& u) { u.is_hidden.reset(); }, UpdateState::installable, ""},
           {[](RawUpdate& u) { u.is_installed.reset(); }, UpdateState::installable, ""},
           {[](RawUpdate& u) { u.reboot_required = true; }, UpdateState::installable, ""}}) {
    auto update = raw("a", kSecurity);
    one.change(update);
    CHECK(judged(update).state == one.state);
    CHECK(judged(update).state_reason.find(one.reason) != std::string::npos);
  }
}

TEST_CASE("what is installed and in effect is not listed, and what can't tell waits with the machine") {
  auto one = raw("a", kSecurity);
  one.is_installed = true;
  CHECK(judge_updates({one}, false).empty());
  CHECK(judge_updates({one}, std::nullopt).empty());
  REQUIRE(judge_updates({one}, true).size() == 1);
  CHECK(judge_updates({one}, true)[0].state == UpdateState::installed_pending_reboot);
  one.reboot_required = false;
  CHECK(judge_updates({one}, true).empty());
}

TEST_CASE("edge-128: an update that another one lists as superseded is superseded") {
  auto older = raw("old", kSecurity);
  auto newer = raw("new", kSecurity);
  newer.superseded_ids = {"old", "not-offered"};
  for (const auto& list : {std::vector{older, newer}, std::vector{newer, older}}) {
    const auto all = judge_updates(list, false);
    CHECK(of(all, "old").state == UpdateState::superseded);
    CHECK(of(all, "old").state_reason == "superseded by Update new");
    CHECK(of(all, "new").state == UpdateState::installable);
  }
}

TEST_CASE("edge-128: a chain leaves its end alone") {
  auto a = raw("a", kSecurity);
  auto b = raw("b", kUpdates);
  auto c = raw("c", kUpdates);
  b.superseded_ids = {"a"};
  c.superseded_ids = {"b"};
  const auto all = judge_updates({a, b, c}, false);
  CHECK(of(all, "a").state == UpdateState::superseded);
  CHECK(of(all, "b").state == UpdateState::superseded);
  CHECK(of(all, "c").state == UpdateState::installable);
  CHECK(classes(of(all, "c")) == "bugfix security");
  CHECK(of(all, "c").evidence.find("takes the place of Update a") != std::string::npos);
}

TEST_CASE("a preview or a hidden update takes nobody's place") {
  auto older = raw("old", kSecurity);
  for (int kind = 0; kind < 2; ++kind) {
    auto newer = raw("new", kUpdates);
    newer.superseded_ids = {"old"};
    (kind == 0 ? newer.browse_only : newer.is_hidden) = true;
    const auto all = judge_updates({older, newer}, false);
    CHECK(of(all, "old").state == UpdateState::installable);
    CHECK(classes(of(all, "new")) == "bugfix");
  }
}

TEST_CASE("what only a hidden update lists takes the places it lists itself") {
  auto older = raw("old", kSecurity);
  auto newer = raw("new", kSecurity);
  auto hidden = raw("hidden", kUpdates);
  newer.superseded_ids = {"old"};
  hidden.superseded_ids = {"new"};
  hidden.is_hidden = true;
  const auto all = judge_updates({older, newer, hidden}, false);
  CHECK(of(all, "old").state == UpdateState::superseded);
  CHECK(of(all, "new").state == UpdateState::installable);
}

TEST_CASE("what waits for the reboot takes the place of what it supersedes") {
  auto older = raw("old", kSecurity);
  auto newer = raw("new", kSecurity);
  newer.superseded_ids = {"old"};
  newer.is_installed = newer.reboot_required = true;
  const auto all = judge_updates({older, newer}, true);
  CHECK(of(all, "old").state == UpdateState::superseded);
  CHECK(of(all, "new").state == UpdateState::installed_pending_reboot);
}

TEST_CASE("updates that list themselves or each other stay") {
  auto a = raw("a", kSecurity);
  auto b = raw("b", kSecurity);
  a.superseded_ids = {"a", "b"};
  b.superseded_ids = {"a"};
  const auto all = judge_updates({a, b}, false);
  CHECK(of(all, "a").state == UpdateState::installable);
  CHECK(of(all, "b").state == UpdateState::installable);
}

TEST_CASE("an update is known by its id and revision, and by what is left where it has none") {
  CHECK(judged(raw("33a64099", kSecurity)).patch_id == "33a64099.200");
  CHECK(judge_updates({raw("a", kSecurity), raw("a", kSecurity)}, false).size() == 1);
  auto nameless = raw("", kSecurity);
  nameless.kb_ids = {"5068787"};
  const auto all = judge_updates({nameless, nameless}, false);
  REQUIRE(all.size() == 2);
  CHECK(all[0].patch_id == "KB5068787");
  CHECK(all[1].patch_id == "KB5068787#2");
}

TEST_CASE("KB articles are advisories with a link, and a title tells the KB where the list can't") {
  auto one = raw("a", kSecurity);
  one.kb_ids = {"KB5068787", "5068788"};
  one.msrc_severity = "Low";
  one.more_info_urls = {"https://support.example.org/help/5068787"};
  const auto update = judged(one);
  CHECK(update.kb_id == "5068787");
  REQUIRE(update.advisories.size() == 2);
  CHECK(update.advisories[0].id == "KB5068787");
  CHECK(update.advisories[0].type == Classification::security);
  CHECK(update.advisories[0].severity == Severity::low);
  CHECK(update.advisories[0].url == "https://support.example.org/help/5068787");
  CHECK(update.advisories[1].url == "https://support.microsoft.com/help/5068788");
  auto titled = raw("a", kUpdates);
  titled.title = "2022-12 x64 (KB5021088) 向け Windows 10 Version 21H2 用 .NET Framework";
  CHECK(judged(titled).kb_id == "5021088");
  titled.title = "KB and KB12 are no numbers of articles";
  CHECK(judged(titled).kb_id.empty());
}

TEST_CASE("size, date and behaviour at reboot are taken over") {
  auto one = raw("a", kSecurity);
  one.size_bytes = 6442450944;
  one.last_deployment_change = Time{std::chrono::seconds{1700000000}};
  CHECK(judged(one).size_bytes == 6442450944);
  CHECK(judged(one).published == one.last_deployment_change);
  CHECK(judged(one).reboot_behavior == RebootBehavior::unknown);
  const std::vector<std::pair<Reboot, RebootBehavior>> behaviours = {
      {Reboot::never, RebootBehavior::never_reboots},
      {Reboot::always, RebootBehavior::always_requires_reboot},
      {Reboot::can_request, RebootBehavior::can_request_reboot}};
  for (const auto& [reboot, behaviour] : behaviours) {
    one.reboot_behavior = reboot;
    CHECK(judged(one).reboot_behavior == behaviour);
  }
}

}  // namespace
}  // namespace patchstate::windows_update
