// SPDX-License-Identifier: Apache-2.0
// For tests against the real rpm. `compare`: a pair of versions in each line of stdin, its order in each line of
// stdout. `installed ROOT`: what is installed there, or "KIND CODE MESSAGE" and exit code 1.
#include <iostream>
#include <string>
#include <string_view>

#include "collectors/rpm/rpm_database.h"
#include "collectors/rpm/rpm_version.h"

using namespace patchstate;

namespace {

int compare_lines() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) return 2;
    const std::string_view pair(line);
    std::cout << rpm::compare(rpm::parse_evr(pair.substr(0, tab)), rpm::parse_evr(pair.substr(tab + 1))) << "\n";
  }
  return 0;
}

int list_installed(const char* root) {
  SystemProcessRunner runner;
  try {
    for (const auto& package : rpm::installed_packages({runner, root, {}, {}}))
      std::cout << rpm::to_text(rpm::Nevra{package.name, package.evr, package.arch}) << "\n";
  } catch (const CollectorError& error) {
    std::cout << to_text(error.kind) << " " << error.error_code << " " << error.what() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "compare") return compare_lines();
  if (what == "installed" && argc == 3) return list_installed(argv[2]);
  return 2;
}
