// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "collectors/rpm/updateinfo_output.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

namespace {

bool is_wanted(const rpm::RpmAdvisory& advisory, const rpm::AdvisoryFilter& wanted) {
  return wanted.ids.contains(advisory.id) ||
         std::any_of(advisory.packages.begin(), advisory.packages.end(),
                     [&](const auto& package) { return wanted.package_names.contains(package.name); });
}

/// Of those that are wanted, in order: id, CVEs, and the packages that are wanted.
std::string summary(const rpm::Updateinfo& read, const rpm::AdvisoryFilter& wanted) {
  std::string text;
  for (const auto& advisory : read.advisories)
    if (is_wanted(advisory, wanted)) {
      text += advisory.id + (advisory.reboot_suggested ? " reboot" : "");
      for (const auto& cve : advisory.cves) text += " " + cve;
      for (const auto& package : advisory.packages)
        if (wanted.package_names.contains(package.name))
          text += " " + package.name + "-" + rpm::to_text(package.version);
      text += "\n";
    }
  return text;
}

}  // namespace

void fuzz(std::string_view input) {
  auto read = rpm::parse_updateinfo(input);
  const rpm::AdvisoryFilter wanted{{"A-1", "B"}, {"p", "a"}};
  const auto selected = rpm::parse_updateinfo(std::string(input), wanted);
  // Reading all ends where it is broken, which may be in what the other leaves out.
  test::must(read.problem ? summary(selected, wanted).starts_with(summary(read, wanted))
                          : summary(selected, wanted) == summary(read, wanted),
             "what is wanted is read in either way");
  test::must(!selected.problem || read.problem, "leaving something out makes no problem");
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
