// SPDX-License-Identifier: Apache-2.0
// Outputs of dnf, dnf5, tdnf and yum recorded by other projects, each with what a correct reading gives.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "collectors/collector.h"
#include "collectors/dnf/advisory_list_output.h"
#include "collectors/dnf/dnf5_output.h"
#include "collectors/dnf/package_list_output.h"
#include "collectors/dnf/repoquery_output.h"
#include "platform/files.h"

namespace patchstate::dnf {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path corpus() {
  const char* const given = std::getenv("PATCHSTATE_CORPUS");
  return given != nullptr ? fs::path(given) : fs::path(PATCHSTATE_SOURCE_DIR) / "../shared/corpus";
}

struct Case {
  fs::path folder;
  std::string tool;
  std::string command;
  json expected;
  std::string file(const std::string& name) const { return read_file_if_there(folder / name, 64U << 20U).value_or(""); }
  /// The first of these that is there.
  std::string any_of(const std::vector<std::string>& names) const {
    for (const auto& name : names)
      if (fs::exists(folder / name)) return file(name);
    FAIL("none of its files: ", names.front());
    return {};
  }
};

bool is_ours(const std::string& tool) {
  for (const char* const start : {"dnf", "yum", "tdnf", "repoquery"})
    if (tool.starts_with(start)) return true;
  return false;
}

/// By what they say of themselves, not by the name of their folder.
std::vector<Case> cases() {
  std::vector<Case> all;
  if (!fs::is_directory(corpus())) return all;
  for (const auto& entry : fs::directory_iterator(corpus())) {
    if (!fs::exists(entry.path() / "expected.json")) continue;
    Case one{entry.path(), {}, {}, json::parse(read_file(entry.path() / "expected.json", 64U << 20U))};
    one.tool = one.expected.value("tool", "");
    one.command = one.file("cmd.txt");
    if (is_ours(one.tool)) all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) { return a.folder < b.folder; });
  return all;
}

json json_of(const PackageRow& row, bool with_arch) {
  json object = {
      {"name", row.package.name}, {"candidate_version", rpm::to_text(row.package.evr)}, {"repo", row.repository}};
  if (with_arch) object["arch"] = row.package.arch;
  return object;
}

json rows_of(const std::vector<PackageRow>& rows, bool with_arch = true) {
  json list = json::array();
  for (const auto& row : rows) list.push_back(json_of(row, with_arch));
  return list;
}

json or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json json_of(const AdvisoryRow& row) {
  json object = {{"type", row.type},
                 {"severity", or_null(row.severity)},
                 {"name", row.package.name},
                 {"candidate_version", rpm::to_text(row.package.evr)},
                 {"arch", row.package.arch}};
  if (!row.issued.empty()) object["issued"] = row.issued;
  return object;
}

/// As multisets: each expected one is found once, and nothing else is. Fields that only one side has are not compared.
void compare(const char* what, const json& found, const json& expected) {
  CAPTURE(what);
  json left = found;
  for (const auto& one : expected) {
    const auto same = [&](const json& other) {
      for (const auto& [key, value] : one.items())
        if (other.contains(key) && other[key] != value) return false;
      return true;
    };
    const auto match = std::find_if(left.begin(), left.end(), same);
    CHECK_MESSAGE(match != left.end(), "not found: ", one.dump());
    if (match != left.end()) left.erase(match);
  }
  for (const auto& one : left) FAIL_CHECK("not expected: ", one.dump());
}

void none_left(const std::vector<std::string>& not_understood) {
  for (const auto& line : not_understood) FAIL_CHECK("not understood: ", line);
}

void check_packages(const Case& one, const PackageList& list) {
  none_left(list.not_understood);
  if (one.expected.contains("rows")) compare("rows", rows_of(list.rows), one.expected["rows"]);
  if (one.expected.contains("updates")) compare("updates", rows_of(newest_of_each(list.rows)), one.expected["updates"]);
  if (!one.expected.contains("obsoletes")) return;
  json replacements = json::array();
  for (const auto& each : list.replacements) {
    json replaced = json::array();
    for (const auto& old : each.replaced)
      replaced.push_back({{"name", old.package.name},
                          {"arch", old.package.arch},
                          {"installed_version", rpm::to_text(old.package.evr)},
                          {"repo", old.repository}});
    replacements.push_back({{"obsoleting", json_of(each.by, true)}, {"obsoleted", replaced}});
  }
  compare("obsoletes", replacements, one.expected["obsoletes"]);
}

void check_advisory_rows(const Case& one, const std::vector<AdvisoryRow>& rows) {
  json found = json::array();
  for (const auto& row : rows) {
    json object = json_of(row);
    object[row.reference ? "cve" : "advisory"] = row.advisory;
    found.push_back(std::move(object));
  }
  compare("advisory_rows", found, one.expected.at("advisory_rows"));
}

/// Three lists that belong together: what can be updated, what each update is for, what is installed.
void check_join(const Case& one) {
  const PackageList upgrades = parse_package_list(one.file("list-upgrades.txt"));
  const PackageList installed = parse_package_list(one.file("list-installed.txt"));
  const AdvisoryList advisories = parse_advisory_list(one.file("updateinfo-list-available.txt"));
  none_left(upgrades.not_understood);
  none_left(installed.not_understood);
  none_left(advisories.not_understood);
  if (one.expected.contains("counts"))
    CHECK(one.expected["counts"].value("installed", installed.rows.size()) == installed.rows.size());
  json found = json::array();
  for (const auto& row : newest_of_each(upgrades.rows)) {
    json object = json_of(row, true);
    for (const auto& old : installed.rows)
      if (old.package.name == row.package.name && old.package.arch == row.package.arch)
        object["installed_version"] = rpm::to_text(old.package.evr);
    object["advisories"] = json::array();
    for (const auto& each : advisories.rows)
      if (each.package == row.package)
        object["advisories"].push_back(
            {{"id", each.advisory}, {"type", each.type}, {"severity", or_null(each.severity)}});
    found.push_back(std::move(object));
  }
  compare("updates", found, one.expected.at("updates"));
  check_advisory_rows(one, advisories.rows);
}

void check_advisory_info(const Case& one) {
  const auto found = parse_dnf5_advisories(one.any_of({"stdout.json", "stdout.txt"}));
  const json& expected = one.expected.at("advisories");
  REQUIRE(found.size() == expected.size());
  for (std::size_t at = 0; at < found.size(); ++at) {
    const json& wanted = expected[at];
    CHECK(found[at].id == wanted.at("Name"));
    CHECK(found[at].title == wanted.at("Title"));
    CHECK(found[at].type == wanted.at("Type"));
    const auto severity = wanted.at("Severity").get<std::string>();
    CHECK(found[at].severity == (severity == "none" ? "" : severity));
    REQUIRE(found[at].issued.has_value());
    CHECK(found[at].issued->time_since_epoch().count() == wanted.at("Issued"));
    json packages = json::array();
    for (const auto& each : found[at].packages)
      packages.push_back(rpm::to_text(rpm::Nevra{each.name, each.version, each.arch}));
    CHECK(packages == wanted.at("collections").at("packages"));
  }
}

void check_json(const Case& one) {
  const std::string text = one.any_of({"stdout.json", "stdout.txt"});
  if (one.expected.contains("advisories")) return check_advisory_info(one);
  if (one.expected.contains("advisory_rows")) return check_advisory_rows(one, parse_dnf5_advisory_list(text));
  check_packages(one, parse_dnf5_packages(text));
}

void check_advisory_list(const Case& one) {
  if (fs::exists(one.folder / "list-upgrades.txt")) return check_join(one);
  const AdvisoryList list = parse_advisory_list(one.file("stdout.txt"));
  none_left(list.not_understood);
  check_advisory_rows(one, list.rows);
}

}  // namespace

TEST_CASE("corpus: recorded outputs of dnf, dnf5, tdnf and yum are read as expected, names and versions") {
  const auto all = cases();
  if (all.empty())
    MESSAGE("no corpus of recorded outputs at ", corpus().string(), " (PATCHSTATE_CORPUS): nothing compared");
  for (const auto& one : all) {
    SUBCASE(one.folder.filename().string().c_str()) {
      if (one.tool.find("--json") != std::string::npos)
        check_json(one);
      else if (one.tool.find("repoquery") != std::string::npos)
        check_packages(one, parse_repoquery(one.file("stdout.txt")));
      else if (one.expected.contains("advisory_rows"))
        check_advisory_list(one);
      else if (one.expected.contains("updates") || one.expected.contains("rows"))
        check_packages(one, parse_package_list(one.file("stdout.txt")));
      else
        MESSAGE(one.folder.filename().string(), ": nothing of it is compared (", one.tool, ")");
    }
  }
}

}  // namespace patchstate::dnf
