// SPDX-License-Identifier: Apache-2.0
// Outputs of apt recorded by other projects, each with what a correct reading gives.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "collectors/apt/apt_lines.h"
#include "collectors/apt/apt_list_output.h"
#include "collectors/apt/apt_policy_output.h"
#include "collectors/apt/apt_rules.h"
#include "collectors/apt/apt_simulation_output.h"
#include "platform/files.h"

namespace patchstate::apt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Recordings with a blank inside a package's name, which got there on the way into the collection ("netplan. io"): a
/// name may end in a dot, so a reader can't know, but the totals beside it tell that something is wrong.
const std::set<std::string> kBlankInAName = {"apt-36-salt-jammy-kernel"};

fs::path corpus() {
  const char* const given = std::getenv("PATCHSTATE_CORPUS");
  return given != nullptr ? fs::path(given) : fs::path(PATCHSTATE_SOURCE_DIR) / "../shared/corpus";
}

struct Case {
  fs::path folder;
  std::string tool;
  std::string command;
  json expected;
  std::string file(const char* name) const { return read_file_if_there(folder / name, 64U << 20U).value_or(""); }
};

/// By what they say of themselves, not by the name of their folder.
std::vector<Case> cases() {
  std::vector<Case> all;
  if (!fs::is_directory(corpus())) return all;
  for (const auto& entry : fs::directory_iterator(corpus())) {
    if (!fs::exists(entry.path() / "expected.json")) continue;
    Case one{entry.path(), {}, {}, json::parse(read_file(entry.path() / "expected.json", 64U << 20U))};
    one.tool = one.expected.value("tool", "");
    one.command = one.file("cmd.txt");
    if (one.tool.starts_with("apt")) all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) { return a.folder < b.folder; });
  return all;
}

/// What a parser made of one package, in the fields the expectations have.
struct Found {
  std::string name, qualifier, installed, candidate, arch;
  std::vector<std::string> origins;  ///< or suites
  bool security = false;
};

std::string describe(const Found& one) {
  return one.name + " " + one.installed + " -> " + one.candidate + " " + one.arch + (one.security ? " security" : "");
}

bool is_same(const Found& found, const json& expected) {
  const auto text_is = [&](const char* key, const std::string& value) {
    const auto field = expected.find(key);
    return field == expected.end() || (field->is_null() ? value.empty() : field->get<std::string>() == value);
  };
  const auto list_is = [&](const char* key) {
    const auto field = expected.find(key);
    return field == expected.end() || field->get<std::vector<std::string>>() == found.origins;
  };
  const auto name = expected.is_string() ? expected.get<std::string>() : expected.value("name", "");
  if (name != found.name && name != found.name + ":" + found.qualifier) return false;
  if (expected.is_string()) return true;
  return text_is("installed_version", found.installed) && text_is("candidate_version", found.candidate) &&
         text_is("arch", found.arch) && list_is("origins") && list_is("suites") &&
         expected.value("security", found.security) == found.security;
}

/// As multisets: each expected one is found once, and nothing else is.
void compare(const char* what, std::vector<Found> found, const json& expected) {
  CAPTURE(what);
  for (const auto& one : expected) {
    const auto match =
        std::find_if(found.begin(), found.end(), [&](const Found& other) { return is_same(other, one); });
    CHECK_MESSAGE(match != found.end(), "not found: ", one.dump());
    if (match != found.end()) found.erase(match);
  }
  for (const auto& one : found) FAIL_CHECK("not expected: ", describe(one));
}

void compare_if_given(const Case& one, const char* key, std::vector<Found> found) {
  if (one.expected.contains(key)) compare(key, std::move(found), one.expected[key]);
}

Found found_install(const PlannedInstall& install) {
  Found found{install.name, install.qualifier, install.installed, install.candidate, install.version_arch, {}, false};
  for (const auto& origin : install.origins) {
    found.origins.push_back(origin.text);
    PackageFile file;
    file.archive = origin.suite;
    file.label = file.origin = origin.label;
    found.security = found.security || is_security_archive(file);
  }
  return found;
}

std::vector<Found> found_names(const std::vector<std::string>& names) {
  std::vector<Found> all;
  for (const auto& name : names)
    all.push_back({qualified_name(name).name, qualified_name(name).arch, {}, {}, {}, {}, false});
  return all;
}

void check_counts(const Case& one, const std::vector<Found>& updates) {
  if (!one.expected.contains("counts")) return;
  const json& counts = one.expected["counts"];
  const auto secure = std::count_if(updates.begin(), updates.end(), [](const Found& each) { return each.security; });
  CHECK(counts.value("updates", updates.size()) == updates.size());
  CHECK(counts.value("security", secure) == secure);
}

void check_totals(const Case& one, const Simulation& simulation) {
  if (!one.expected.contains("summary_line")) return;
  REQUIRE(simulation.totals.has_value());
  const json& line = one.expected["summary_line"];
  CHECK(line.value("upgraded", std::size_t{0}) == simulation.totals->upgraded);
  CHECK(line.value("newly_installed", std::size_t{0}) == simulation.totals->newly_installed);
  CHECK(line.value("removed", std::size_t{0}) == simulation.totals->to_remove);
  CHECK(line.value("not_upgraded", std::size_t{0}) == simulation.totals->not_upgraded);
}

void check_kept_back(const Case& one, const Simulation& simulation) {
  if (!kBlankInAName.contains(one.folder.filename().string())) {
    compare_if_given(one, "kept_back", found_names(simulation.kept_back));
    return;
  }
  std::string together;
  for (const auto& name : simulation.kept_back)
    together += (name.ends_with('.') || together.ends_with('.') ? "" : " ") + name;
  std::string expected;
  for (const auto& name : one.expected.at("kept_back")) expected += " " + name.get<std::string>();
  together.erase(0, together.find_first_not_of(' '));
  expected.erase(0, 1);
  // "netplan." follows a blank, so only what comes behind a dot was joined.
  std::erase(together, ' ');
  std::erase(expected, ' ');
  CHECK(together == expected);
  CHECK_FALSE(disagreements(simulation, Detail::records).empty());
}

void check_simulation(const Case& one) {
  const Simulation simulation = parse_simulation(one.file("stdout.txt"));
  std::vector<Found> updates;
  std::vector<Found> fresh;
  for (const auto& install : simulation.installs)
    (install.installed.empty() ? fresh : updates).push_back(found_install(install));
  const bool names_only = simulation.installs.empty();
  std::vector<Found> removals;
  for (const auto& one_removal : simulation.removals)
    removals.push_back({one_removal.name, one_removal.qualifier, one_removal.installed, {}, {}, {}, false});
  std::vector<Found> offers;
  for (const auto& install : simulation.subscription_required) offers.push_back(found_install(install));
  for (const auto& offer : simulation.subscription_offers) offers.push_back({offer.name, {}, {}, {}, {}, {}, false});

  check_counts(one, updates);
  compare_if_given(one, "updates", names_only ? found_names(simulation.upgraded) : updates);
  compare_if_given(one, "updates_if_lenient", updates);
  compare_if_given(one, "to_upgrade", found_names(simulation.upgraded));
  compare_if_given(one, "new_installs", names_only ? found_names(simulation.new_packages) : fresh);
  compare_if_given(one, "removals", removals);
  compare_if_given(one, "phased", found_names(simulation.phased));
  compare_if_given(one, "esm_required", offers);
  compare_if_given(one, "esm", offers);
  check_kept_back(one, simulation);
  check_totals(one, simulation);
  for (const auto& line : simulation.not_understood) FAIL_CHECK("not understood: ", line);
  // With totals and records the text must add up.
  if (simulation.totals && !names_only && !kBlankInAName.contains(one.folder.filename().string()))
    for (const auto& doubt : disagreements(simulation, Detail::records)) FAIL_CHECK(doubt);
}

void check_list(const Case& one) {
  const UpgradeList list = parse_upgrade_list(one.file("stdout.txt"));
  std::vector<Found> updates;
  for (const auto& upgrade : list.upgrades) {
    Found found{upgrade.name, {}, upgrade.installed, upgrade.candidate, upgrade.arch, upgrade.suites, false};
    for (const auto& suite : upgrade.suites) {
      PackageFile file;
      file.archive = suite;
      found.security = found.security || is_security_archive(file);
    }
    updates.push_back(std::move(found));
  }
  check_counts(one, updates);
  compare_if_given(one, "updates", updates);
  for (const auto& line : list.not_understood) FAIL_CHECK("not understood: ", line);
}

void check_one_policy(const std::string& text, const json& expected) {
  const Policy policy = parse_policy(text);
  for (const auto& line : policy.not_understood) FAIL_CHECK("not understood: ", line);
  REQUIRE(policy.packages.size() == 1);
  const PolicyPackage& package = policy.packages[0];
  CHECK(package.whole());
  CHECK(package.name == expected.value("name", package.name));
  CHECK(package.installed == expected.value("installed_version", package.installed));
  CHECK(package.candidate == expected.value("candidate_version", package.candidate));
  if (!expected.contains("repo_of_candidate")) return;
  const auto version = std::find_if(package.versions.begin(), package.versions.end(),
                                    [&](const PolicyVersion& each) { return each.version == package.candidate; });
  REQUIRE(version != package.versions.end());
  REQUIRE_FALSE(version->sources.empty());
  CHECK(split(version->sources[0], ' ').at(1) == expected["repo_of_candidate"].get<std::string>());
}

void check_policy(const Case& one) {
  if (!one.expected.contains("files")) return check_one_policy(one.file("stdout.txt"), one.expected);
  for (const auto& file : one.expected["files"].items()) {
    CAPTURE(file.key());
    check_one_policy(one.file(file.key().c_str()), file.value());
  }
}

void tell_unused_fields(const Case& one) {
  static const std::set<std::string> known = {"case",      "tool",       "derivation",   "result",
                                              "exit_code", "note",       "notes",        "source_test_expectation",
                                              "updates",   "to_upgrade", "new_installs", "removals",
                                              "kept_back", "phased",     "esm_required", "esm",
                                              "counts",    "files",      "summary_line", "updates_if_lenient"};
  for (const auto& [key, value] : one.expected.items())
    if (!known.contains(key)) MESSAGE(one.folder.filename().string(), ": expectation \"", key, "\" is not compared");
}

}  // namespace

TEST_CASE("corpus: apt's recorded outputs are read as expected, names and versions") {
  const auto all = cases();
  if (all.empty())
    MESSAGE("no corpus of recorded outputs at ", corpus().string(), " (PATCHSTATE_CORPUS): nothing compared");
  for (const auto& one : all) {
    SUBCASE(one.folder.filename().string().c_str()) {
      tell_unused_fields(one);
      const bool is_list = one.tool.starts_with("apt list") || one.command.find("apt list") != std::string::npos;
      if (one.tool.starts_with("apt-cache policy"))
        check_policy(one);
      else if (is_list)
        check_list(one);
      else if (one.tool.starts_with("apt-get"))
        check_simulation(one);
      else
        MESSAGE(one.folder.filename().string(), ": no parser for the output of ", one.tool);
    }
  }
}

}  // namespace patchstate::apt
