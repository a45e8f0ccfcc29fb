// SPDX-License-Identifier: Apache-2.0
// Answers of the Windows Update Agent that others recorded, as far as they say what our probe would. Dumps of searches
// by ansible's win_updates become an answer of the probe; lists of KBs are read by their titles.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "collectors/windows_update/update_rules.h"
#include "collectors/windows_update/windows_update_rules.h"
#include "tests/collectors/windows_update/recorded.h"

namespace patchstate::windows_update {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Case {
  fs::path folder;
  json expected;
};

/// By what they say of themselves, not by the name of their folder.
std::vector<Case> cases(const std::string& tool) {
  std::vector<Case> all;
  if (!fs::is_directory(test::corpus())) {
    MESSAGE("SKIPPED: no corpus in ", test::corpus().string());
    return all;
  }
  for (const auto& entry : fs::directory_iterator(test::corpus())) {
    auto expected = json::parse(test::content(entry.path() / "expected.json"), nullptr, false);
    if (expected.is_object() && expected.value("tool", "") == tool) all.push_back({entry.path(), std::move(expected)});
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) { return a.folder < b.folder; });
  return all;
}

/// ansible writes names of categories in English, and no ids.
const std::map<std::string, std::string> kIds = {{"Critical Updates", "e6cf1350-c01b-414d-a61f-263d14d133b4"},
                                                 {"Security Updates", "0fa1201d-4330-4fa8-8ae9-b877473b6441"},
                                                 {"Definition Updates", "e0789628-ce08-4437-be74-2495b842f43b"},
                                                 {"Update Rollups", "28bc880e-0592-4cbf-8f95-c79b17911d5f"},
                                                 {"Service Packs", "68c5b0a3-d1a6-4553-ae49-01d3a7827828"},
                                                 {"Updates", "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83"},
                                                 {"Feature Packs", "b54e7d24-7add-428f-8b75-90a396fa584f"},
                                                 {"Upgrades", "3689bdc8-b205-4af4-8d4a-a63924c5e9d5"},
                                                 {"Tools", "b4832bd8-e735-4761-8daf-37f882276dab"},
                                                 {"Drivers", "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0"}};
const std::map<std::string, std::string> kClasses = {{"Critical Updates", "critical"},
                                                     {"Security Updates", "security"},
                                                     {"Definition Updates", "definition"},
                                                     {"Update Rollups", "rollup"},
                                                     {"Service Packs", "rollup"},
                                                     {"Updates", "bugfix"},
                                                     {"Feature Packs", "feature"},
                                                     {"Upgrades", "feature"},
                                                     {"Tools", "other"},
                                                     {"Drivers", "driver"}};
const std::map<std::string, std::string> kWords = {{"Software", "software"},
                                                   {"Driver", "driver"},
                                                   {"NeverReboots", "never"},
                                                   {"AlwaysRequiresReboot", "always"},
                                                   {"CanRequestReboot", "can_request"},
                                                   {"LetWindowsUpdateDecide", "let_windows_update_decide"},
                                                   {"AutoSelectIfDownloaded", "auto_select_if_downloaded"},
                                                   {"NeverAutoSelect", "never_auto_select"},
                                                   {"AlwaysAutoSelect", "always_auto_select"},
                                                   {"None", "none"},
                                                   {"Installation", "installation"},
                                                   {"Uninstallation", "uninstallation"},
                                                   {"Detection", "detection"},
                                                   {"OptionalInstallation", "optional_installation"}};

json answer_of(const json& dumped) {
  json one = {{"id", dumped.at("id")}, {"revision", dumped.value("revision_number", 0)}, {"title", dumped.at("title")}};
  for (const auto& [theirs, ours] : std::map<std::string, std::string>{{"type", "type"},
                                                                       {"reboot_behaviour", "rebootBehavior"},
                                                                       {"auto_selection", "autoSelection"},
                                                                       {"deployment_action", "deploymentAction"}})
    if (dumped.contains(theirs) && dumped[theirs].is_string()) one[ours] = kWords.at(dumped[theirs].get<std::string>());
  for (const auto& [theirs, ours] : std::map<std::string, std::string>{{"is_downloaded", "isDownloaded"},
                                                                       {"is_installed", "isInstalled"},
                                                                       {"is_hidden", "isHidden"},
                                                                       {"is_mandatory", "isMandatory"},
                                                                       {"is_beta", "isBeta"},
                                                                       {"browse_only", "browseOnly"},
                                                                       {"reboot_required", "rebootRequired"}})
    if (dumped.contains(theirs) && dumped[theirs].is_boolean()) one[ours] = dumped[theirs];
  one["kbIds"] = dumped.value("kb", json::array());
  one["categories"] = json::array();
  for (const auto& name : dumped.value("categories", json::array())) {
    const auto id = kIds.find(name.get<std::string>());
    one["categories"].push_back({{"id", id == kIds.end() ? "product" : id->second}, {"name", name}});
  }
  return one;
}

UpdateState expected_state(const json& wanted) {
  if (wanted.value("is_installed", false)) return UpdateState::installed_pending_reboot;
  if (wanted.value("is_hidden", false)) return UpdateState::hidden;
  const auto action = wanted.value("deployment_action", "Installation");
  if (action == "Uninstallation" || action == "Detection") return UpdateState::excluded;
  const bool optional = wanted.value("browse_only", false) || action == "OptionalInstallation";
  return optional ? UpdateState::optional : UpdateState::installable;
}

void compare(const Update& found, const json& wanted) {
  CAPTURE(found.name);
  CHECK(found.name == wanted["title"].get<std::string>());
  std::vector<std::string> kbs;
  for (const auto& advisory : found.advisories) kbs.push_back(advisory.id.substr(2));
  CHECK(kbs == wanted.value("kbs", std::vector<std::string>()));
  if (const auto name = wanted.value("classification", ""); kClasses.contains(name))
    CHECK(to_text(found.classifications.front()) == kClasses.at(name));
  const std::map<std::string, RebootBehavior> behaviours = {
      {"NeverReboots", RebootBehavior::never_reboots},
      {"CanRequestReboot", RebootBehavior::can_request_reboot},
      {"AlwaysRequiresReboot", RebootBehavior::always_requires_reboot}};
  if (const auto name = wanted.value("reboot_behaviour", ""); behaviours.contains(name))
    CHECK(found.reboot_behavior == behaviours.at(name));
  CHECK(found.state == expected_state(wanted));
}

/// Installed and in effect: expected in the dump, and no concern of ours.
bool is_done(const json& wanted) {
  return wanted.value("is_installed", false) && !wanted.value("reboot_required", false);
}

void check_dump(const Case& one) {
  const json dump = json::parse(test::content(one.folder / "search_result.json"));
  json answer = {{"snapshot", "windows_update"},
                 {"search", {{"result", "succeeded"}, {"online", true}}},
                 {"updates", json::array()}};
  const json& result = dump.contains("result") ? dump["result"] : dump;
  for (const auto& update : result.at("updates")) answer["updates"].push_back(answer_of(update));
  const auto findings = judge(parse_probe_output(answer.dump()), Time{});
  std::map<std::string, const Update*> found;
  for (const auto& update : findings.updates) found[update.patch_id] = &update;
  std::size_t wanted_number = 0;
  for (const auto& wanted : one.expected["updates"]) {
    if (is_done(wanted)) continue;
    ++wanted_number;
    const auto id = wanted["update_id"].get<std::string>() + "." + std::to_string(wanted.value("revision", 0));
    REQUIRE_MESSAGE(found.contains(id), id);
    compare(*found.at(id), wanted);
  }
  CHECK(findings.updates.size() == wanted_number);
}

TEST_CASE("corpus: every recorded search is read and judged as expected") {
  const auto all = cases("WUA JSON");
  for (const auto& one : all) {
    CAPTURE(one.folder.filename().string());
    check_dump(one);
  }
  MESSAGE(all.size(), " recorded searches compared");
}

/// The KB of an update of which only the title is known.
std::string kb_of(const std::string& title) {
  RawUpdate raw;
  raw.title = title;
  const auto all = judge_updates({raw}, std::nullopt);
  return all.empty() ? "" : all[0].kb_id;
}

/// "Title      : …" or "HotFixID : …": the values of a list that PowerShell printed.
std::vector<std::string> values(const std::string& text, const std::string& name) {
  std::vector<std::string> all;
  const std::regex line(name + R"(\s*: ([^\r\n]+))");
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) all.push_back((*at)[1]);
  return all;
}

std::set<std::string> as_set(const json& list) {
  return list.get<std::set<std::string>>();
}

/// Installed and not uninstalled since: the history names both, the newest last.
std::set<std::string> installed_by(const std::string& history) {
  const auto titles = values(history, "Title");
  const auto operations = values(history, "Operation");
  const auto results = values(history, "ResultCode");
  std::set<std::string> installed;
  REQUIRE(titles.size() == operations.size());
  REQUIRE(titles.size() == results.size());
  for (std::size_t at = 0; at < titles.size(); ++at) {
    if (results[at] != "2" && results[at] != "3") continue;
    if (operations[at] == "1")
      installed.insert(kb_of(titles[at]));
    else
      installed.erase(kb_of(titles[at]));
  }
  return installed;
}

TEST_CASE("corpus: the KB of an update is read from its title in any language") {
  const auto all = cases("Get-Hotfix/WUA");
  for (const auto& one : all) {
    CAPTURE(one.folder.filename().string());
    for (const auto& item : one.expected["files"].items()) {
      const std::string text = test::content(one.folder / item.key());
      const json& wanted = item.value();
      std::set<std::string> found;
      for (const char* const name : {"HotFixID", "Name"})
        for (const auto& value : values(text, name))
          if (const auto kb = kb_of(value); !kb.empty()) found.insert(kb);
      const std::regex number("(^|\n)([0-9]+)");
      for (std::sregex_iterator at(text.begin(), text.end(), number), end; at != end; ++at) found.insert((*at)[2]);
      if (wanted.contains("kbs")) CHECK(found == as_set(wanted["kbs"]));
      if (wanted.contains("installed_kbs")) CHECK(installed_by(text) == as_set(wanted["installed_kbs"]));
    }
  }
  MESSAGE(all.size(), " recorded lists compared");
}

}  // namespace
}  // namespace patchstate::windows_update
