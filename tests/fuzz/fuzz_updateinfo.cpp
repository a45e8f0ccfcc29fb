// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "collectors/rpm/updateinfo_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

namespace {

bool is_above_what_is_there(const rpm::AdvisoryPackage& package, const rpm::AdvisoryFilter& wanted) {
  const auto there = wanted.packages.find(package.name);
  return there != wanted.packages.end() &&
         (there->second.version.empty() || rpm::compare(there->second, package.version) < 0);
}

/// Of those that are wanted, in order: id, CVEs, and the packages that are wanted in any case.
std::string summary(const rpm::Updateinfo& read, const rpm::AdvisoryFilter& wanted) {
  std::string text;
  for (const auto& advisory : read.advisories) {
    std::string packages;
    for (const auto& package : advisory.packages)
      if (is_above_what_is_there(package, wanted)) packages += " " + package.name + "-" + rpm::to_text(package.version);
    if (packages.empty() && !wanted.ids.contains(advisory.id)) continue;
    text += advisory.id + (advisory.reboot_suggested ? " reboot" : "");
    for (const auto& cve : advisory.cves) text += " " + cve;
    text += packages + "\n";
  }
  return text;
}

}  // namespace

void fuzz(std::string_view input) {
  auto read = rpm::parse_updateinfo(input);
  const rpm::AdvisoryFilter wanted{{"A-1", "B"}, {{"p", {}}, {"a", {"", "1", "1"}}}};
  const auto selected = rpm::parse_updateinfo(input, wanted);
  test::must(summary(selected, wanted) == summary(read, wanted), "what is wanted is read in either way");
  test::must(selected.problem == read.problem, "leaving something out hides no problem, and makes none");
  test::must(!selected.names_security || read.names_security, "what is wanted is a part of all");
  const auto plain = rpm::parse_plain_updateinfo(wanted, [&](const auto&) { return std::string(input); });
  test::must(!plain || (!read.problem && read.not_understood.empty()), "what is plain has no problem");
  test::must(!plain || summary(*plain, wanted) == summary(read, wanted), "what is plain is read as the whole");
  for (const auto& advisory : read.advisories) {
    test::must(!advisory.id.empty(), "an advisory has an id");
    for (const auto& package : advisory.packages)
      test::must(!package.name.empty() && !package.version.version.empty(), "a package has a name and a version");
  }
  std::size_t packages = 0;
  for (const auto& advisory : read.advisories) packages += advisory.packages.size();
  for (const auto& advisory : rpm::merge_by_id(std::move(read.advisories))) packages -= advisory.packages.size();
  test::must(packages == 0, "merging loses no package");
}
