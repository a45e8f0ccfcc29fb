// SPDX-License-Identifier: Apache-2.0
#include "collectors/primary_source.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/core.h>

#include "collectors/host/os_release.h"

namespace patchstate {
namespace {

constexpr std::array<std::string_view, 3> kPackageTools{"apt", "dnf", "zypper"};

/// The source's name; empty where os-release does not tell.
std::string_view own_source(const OperatingSystem& os) {
  switch (package_tools(os)) {
    case PackageTools::apt:
      return "apt";
    case PackageTools::dnf:
    case PackageTools::tdnf:
      return "dnf";
    case PackageTools::zypper:
      return "zypper";
    case PackageTools::unknown:
      break;
  }
  return {};
}

bool is_package_tool(const CollectorChoice& choice) {
  return std::find(kPackageTools.begin(), kPackageTools.end(), choice.source) != kPackageTools.end();
}

}  // namespace

void leave_primary_source(std::vector<CollectorChoice>& choices, const OperatingSystem& os) {
  std::vector<CollectorChoice*> fitting;
  for (auto& choice : choices)
    if (choice.fits && is_package_tool(choice)) fitting.push_back(&choice);
  if (fitting.size() < 2) return;
  const auto own = own_source(os);
  const auto found =
      std::find_if(fitting.begin(), fitting.end(), [&](const auto* choice) { return choice->source == own; });
  const auto* const primary = found == fitting.end() ? fitting.front() : *found;
  const auto why = found == fitting.end() ? std::string("os-release does not tell which is the system's own")
                                          : fmt::format("{} is the tool of {}", primary->source, os.id);
  for (auto* const choice : fitting) {
    if (choice == primary) continue;
    choice->fits = false;
    choice->reason = fmt::format("{}; but {}, and {} is asked", choice->reason, why, primary->source);
  }
}

}  // namespace patchstate
