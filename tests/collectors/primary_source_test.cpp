// SPDX-License-Identifier: Apache-2.0
#include "collectors/primary_source.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace patchstate;

namespace {

std::vector<CollectorChoice> fitting(const std::vector<std::string>& sources) {
  std::vector<CollectorChoice> choices;
  for (const auto& source : sources) {
    auto& choice = choices.emplace_back();
    choice.source = source;
    choice.fits = true;
    choice.reason = "found";
  }
  return choices;
}

std::string used(const std::vector<std::string>& sources, const std::string& id, const std::vector<std::string>& like) {
  auto choices = fitting(sources);
  OperatingSystem os;
  os.id = id;
  os.id_like = like;
  leave_primary_source(choices, os);
  std::string names;
  for (const auto& choice : choices)
    if (choice.fits) names += choice.source + " ";
  return names;
}

}  // namespace

TEST_CASE("of several package tools the distribution's own one is asked") {
  CHECK(used({"apt", "dnf", "zypper"}, "debian", {}) == "apt ");
  CHECK(used({"apt", "dnf", "zypper"}, "linuxmint", {"ubuntu", "debian"}) == "apt ");
  CHECK(used({"dnf", "zypper"}, "opensuse-leap", {"suse", "opensuse"}) == "zypper ");
  CHECK(used({"dnf", "zypper"}, "rocky", {"rhel", "centos", "fedora"}) == "dnf ");
  CHECK(used({"apt", "dnf"}, "azurelinux", {}) == "dnf ");
}

TEST_CASE("where os-release does not tell, or its tool is not there, the first is asked") {
  CHECK(used({"dnf", "zypper"}, "house-linux", {}) == "dnf ");
  CHECK(used({"dnf", "zypper"}, "debian", {}) == "dnf ");
}

TEST_CASE("one alone is asked whatever the distribution, and other sources are not touched") {
  CHECK(used({"zypper"}, "debian", {}) == "zypper ");
  CHECK(used({"apt", "windows_update"}, "debian", {}) == "apt windows_update ");
}

TEST_CASE("the one that is left out says why") {
  auto choices = fitting({"dnf", "zypper"});
  OperatingSystem os;
  os.id = "sles";
  leave_primary_source(choices, os);
  CHECK(choices[0].reason == "found; but zypper is the tool of sles, and zypper is asked");
  CHECK(choices[1].reason == "found");
}
