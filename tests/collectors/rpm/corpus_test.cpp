// SPDX-License-Identifier: Apache-2.0
// Metadata and outputs of the rpm world recorded by other projects, each with what a correct reading gives.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "assessment/assessment_json.h"
#include "collectors/reboot/needs_restarting_output.h"
#include "collectors/rpm/compressed_file.h"
#include "collectors/rpm/repomd_output.h"
#include "collectors/rpm/rpm_list_output.h"
#include "collectors/rpm/updateinfo_output.h"
#include "platform/files.h"
#include "platform/hash.h"

namespace patchstate::rpm {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargest = 256U << 20U;

fs::path corpus() {
  const char* const given = std::getenv("PATCHSTATE_CORPUS");
  return given != nullptr ? fs::path(given) : fs::path(PATCHSTATE_SOURCE_DIR) / "../shared/corpus";
}

struct Case {
  fs::path folder;
  std::string tool;
  json expected;
  std::string file(const std::string& name) const { return read_file(folder / name, kLargest); }
};

/// By what they say of themselves, not by the name of their folder.
std::vector<Case> cases() {
  std::vector<Case> all;
  if (!fs::is_directory(corpus())) return all;
  for (const auto& entry : fs::directory_iterator(corpus())) {
    if (!fs::exists(entry.path() / "expected.json")) continue;
    Case one{entry.path(), {}, json::parse(read_file(entry.path() / "expected.json", kLargest))};
    one.tool = one.expected.value("tool", "");
    all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) { return a.folder < b.folder; });
  return all;
}

/// Files of the case whose name begins so.
std::vector<fs::path> files_named(const Case& one, const std::string& beginning) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(one.folder))
    if (entry.path().filename().string().starts_with(beginning)) files.push_back(entry.path());
  return files;
}

std::string text_or_empty(const json& object, const char* key) {
  const auto field = object.find(key);
  return field == object.end() || field->is_null() ? std::string() : field->get<std::string>();
}

std::vector<std::string> names_of(const RpmAdvisory& advisory) {
  std::vector<std::string> names;
  for (const auto& package : advisory.packages)
    names.push_back(to_text(Nevra{package.name, package.version, package.arch}));
  return names;
}

std::string in_one_line(const std::string& text) {
  std::string line;
  for (const char c : text)
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') line += c;
  return line;
}

void check_packages(const RpmAdvisory& advisory, const json& expected) {
  auto names = names_of(advisory);
  CHECK(names.size() == expected.value("n_packages", names.size()));
  if (expected.contains("packages")) {
    auto wanted = expected["packages"].get<std::vector<std::string>>();
    std::sort(wanted.begin(), wanted.end());
    std::sort(names.begin(), names.end());
    CHECK(names == wanted);
  }
  if (expected.contains("packages_sha256")) {
    std::sort(names.begin(), names.end());
    std::string lines;
    for (const auto& name : names) lines.append(lines.empty() ? "" : "\n").append(name);
    CHECK(sha256_hex(lines) == expected["packages_sha256"].get<std::string>());
  }
}

/// Those of references come first, in their order; ours may know more from the texts.
void check_cves(const RpmAdvisory& advisory, const json& expected) {
  if (!expected.contains("cves")) return;
  for (const auto& cve : expected["cves"]) {
    CAPTURE(cve.dump());
    CHECK(std::find(advisory.cves.begin(), advisory.cves.end(), cve.get<std::string>()) != advisory.cves.end());
  }
  const auto wanted = expected["cves"].get<std::set<std::string>>();
  for (std::size_t i = wanted.size(); i < advisory.cves.size(); ++i) CHECK(cves_in(advisory.cves[i]).size() == 1);
}

void check_advisory(const RpmAdvisory& advisory, const json& expected) {
  CAPTURE(expected.dump().substr(0, 300));
  CHECK(advisory.id == expected.at("id").get<std::string>());
  CHECK(advisory.type == text_or_empty(expected, "type"));
  CHECK(advisory.status == text_or_empty(expected, "status"));
  CHECK(advisory.severity == text_or_empty(expected, "severity"));
  if (expected.contains("version")) CHECK(advisory.version == text_or_empty(expected, "version"));
  if (expected.contains("title"))
    CHECK(in_one_line(advisory.title) == in_one_line(text_or_empty(expected, "title")).substr(0, 2000));
  CHECK(advisory.issued == advisory_time(text_or_empty(expected, "issued")));
  CHECK(advisory.updated == advisory_time(text_or_empty(expected, "updated")));
  if (expected.contains("flags")) {
    const auto flags = expected["flags"].get<std::set<std::string>>();
    CHECK(advisory.reboot_suggested == flags.contains("reboot_suggested"));
  }
  check_cves(advisory, expected);
  check_packages(advisory, expected);
}

void check_updateinfo(const Case& one) {
  const auto files = files_named(one, "updateinfo.");
  REQUIRE(files.size() == 1);
  if (one.expected.value("result", "") == "error") {
    CHECK_THROWS_AS(read_compressed(files[0], kLargestUpdateinfo), std::system_error);
    return;
  }
  const auto read = parse_updateinfo(read_compressed(files[0], kLargestUpdateinfo));
  CHECK(read.problem.has_value() == (one.expected.value("result", "ok") == "malformed"));
  if (read.problem) MESSAGE(*read.problem);
  for (const auto& line : read.not_understood) FAIL_CHECK("not understood: ", line);
  if (!one.expected.contains("advisories")) return;
  const json& expected = one.expected["advisories"];
  REQUIRE(read.advisories.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) check_advisory(read.advisories[i], expected[i]);
  const auto merged = merge_by_id(read.advisories);
  const auto duplicates = one.expected.value("counts", json::object()).value("duplicate_ids", -1);
  if (duplicates == 0) CHECK(merged.size() == read.advisories.size());
  if (duplicates > 0) CHECK(merged.size() < read.advisories.size());
}

void check_repomd(const Case& one) {
  for (const auto& file : files_named(one, "repomd.xml")) {
    const auto repomd = parse_repomd(read_compressed(file, kLargest));
    CHECK_FALSE(repomd.problem);
    CHECK(repomd.not_understood.empty());
    CHECK_FALSE(repomd.files.empty());
  }
}

void check_hint(const RebootHint& hint, const json& expected) {
  CHECK(hint.required == expected.at("reboot_required").get<bool>());
  for (const char* const key : {"because", "packages"})
    if (expected.contains(key)) CHECK(hint.because == expected[key].get<std::vector<std::string>>());
  for (const auto& line : hint.not_understood) FAIL_CHECK("not understood: ", line);
}

void check_needs_restarting(const std::string& text, const json& expected) {
  if (expected.contains("kernel_status")) {
    const auto read = parse_needrestart(text);
    CHECK(read.kernel_status == expected["kernel_status"].get<int>());
    CHECK(needs_reboot(read) == expected.at("reboot_required").get<bool>());
    if (expected.contains("services")) CHECK(read.services == expected["services"].get<std::vector<std::string>>());
    CHECK(read.kernel_running == expected.value("kernel_running", read.kernel_running));
    CHECK(read.kernel_expected == expected.value("kernel_expected", read.kernel_expected));
    CHECK(read.not_understood.empty());
  } else if (expected.contains("processes")) {
    const auto read = parse_stale_processes(text);
    CHECK(read.not_understood.empty());
    REQUIRE(read.processes.size() == expected["processes"].size());
    for (std::size_t i = 0; i < read.processes.size(); ++i) {
      CHECK(read.processes[i].pid == expected["processes"][i].at("pid").get<int>());
      CHECK(read.processes[i].command == expected["processes"][i].at("cmd").get<std::string>());
    }
  } else if (expected.contains("reboot_required")) {
    const bool is_json = text.find_first_not_of(" \n") != std::string::npos &&
                         std::string("[{").find(text[text.find_first_not_of(" \n")]) != std::string::npos;
    check_hint(is_json ? parse_reboot_hint_json(text) : parse_reboot_hint(text), expected);
  } else {
    MESSAGE("nothing to compare with: ", expected.dump());
  }
}

void check_rpm_last(const std::string& text, const json& expected) {
  std::vector<std::string> not_understood;
  const auto kernels = parse_rpm_last(text, not_understood);
  CHECK(not_understood.empty());
  CHECK(needs_reboot(kernels, expected.at("running_kernel").get<std::string>()) ==
        expected.at("reboot_required").get<bool>());
}

/// The recordings are in another program's query format: JSON, a line each, versions as one text.
void check_inventory(const Case& one) {
  std::string lines;
  const std::string text = one.file("stdout.txt");
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \r") == std::string::npos) continue;
    const json package = json::parse(line);
    const Evr evr = parse_evr(package.at("version").get<std::string>());
    lines += package.at("package").get<std::string>() + "\t" + (evr.epoch.empty() ? "0" : evr.epoch) + "\t" +
             evr.version + "\t" + evr.release + "\t" + package.at("architecture").get<std::string>() +
             "\t1769530086\t(none)\n";
  }
  const auto list = parse_rpm_list(lines);
  for (const auto& line : list.not_understood) FAIL_CHECK("not understood: ", line);
  const json& expected = one.expected.at("packages");
  REQUIRE(list.packages.size() == expected.size());
  for (std::size_t i = 0; i < list.packages.size(); ++i) {
    const auto& package = list.packages[i];
    CAPTURE(expected[i].dump());
    CHECK(package.name == expected[i].at("name").get<std::string>());
    CHECK(to_text(package.evr) == expected[i].at("version").get<std::string>());
    // Expected in the word of the program that recorded it.
    const std::string arch = package.arch == "noarch" ? "all" : package.arch;
    if (expected[i].contains("arch") && !arch.empty()) CHECK(arch == text_or_empty(expected[i], "arch"));
  }
}

/// One text in stdout.txt, or several in files of their own.
template <class Check>
void check_each(const Case& one, Check check) {
  if (!one.expected.contains("files")) return check(one.file("stdout.txt"), one.expected);
  for (const auto& file : one.expected["files"].items()) {
    CAPTURE(file.key());
    check(one.file(file.key()), file.value());
  }
}

/// What zypper says beside the other exit codes.
void check_zypper_needs_rebooting(const Case& one) {
  const json files = one.expected.value("files", json::object());
  for (const auto& file : files.items())
    if (file.value().contains("reboot_required"))
      check_hint(parse_reboot_hint(one.file(file.key() + ".stdout")), file.value());
}

}  // namespace

TEST_CASE("corpus: metadata and reboot hints of the rpm world are read as expected, names and versions") {
  const auto all = cases();
  if (all.empty())
    MESSAGE("no corpus of recorded outputs at ", corpus().string(), " (PATCHSTATE_CORPUS): nothing compared");
  for (const auto& one : all) {
    SUBCASE(one.folder.filename().string().c_str()) {
      check_repomd(one);
      if (one.tool.starts_with("updateinfo"))
        check_updateinfo(one);
      else if (one.tool.find("needs-restarting") != std::string::npos || one.tool.starts_with("needrestart"))
        check_each(one, check_needs_restarting);
      else if (one.tool.starts_with("rpm -q --last"))
        check_each(one, check_rpm_last);
      else if (one.tool.starts_with("rpm -qa"))
        check_inventory(one);
      else if (one.tool.starts_with("zypper"))
        check_zypper_needs_rebooting(one);
    }
  }
}

}  // namespace patchstate::rpm
