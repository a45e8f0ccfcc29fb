// SPDX-License-Identifier: Apache-2.0
// The collectors of Linux, one line each.
#include <cstdio>
#include <optional>
#include <span>
#include <string>

#include "collectors/apt/apt_collector.h"
#include "collectors/apt/apt_hook.h"
#include "collectors/apt/apt_refresh.h"
#include "collectors/collector.h"
#include "collectors/dnf/dnf_collector.h"
#include "collectors/dnf/dnf_refresh.h"
#include "collectors/host/os_release.h"
#include "collectors/primary_source.h"
#include "collectors/zypper/zypper_collector.h"
#include "collectors/zypper/zypper_refresh.h"

namespace patchstate {

std::vector<std::string> collector_names() {
  return {"apt", "dnf", "zypper"};
}

std::vector<CollectorChoice> choose_collectors(const HostAccess& access) {
  std::vector<CollectorChoice> choices;
  choices.push_back(apt::choose_apt(access));
  choices.push_back(dnf::choose_dnf(access));
  choices.push_back(zypper::choose_zypper(access));
  leave_primary_source(choices, read_operating_system(access.root));
  return choices;
}

RefreshResult refresh_metadata(const HostAccess& access, std::chrono::milliseconds deadline) {
  for (const auto& choice : choose_collectors(access)) {
    if (!choice.fits) continue;
    if (choice.source == "apt") return apt::refresh_apt(access, deadline);
    if (choice.source == "dnf") return dnf::refresh_dnf(access, deadline);
    if (choice.source == "zypper") return zypper::refresh_zypper(access, deadline);
  }
  return {false, {{"refresh_failed", "there is no package tool here that could fetch metadata", {}, true}}};
}

std::optional<int> answer_tool(std::span<const std::string> arguments) {
  if (arguments.size() != 1 || arguments[0] != apt::kHookArgument) return std::nullopt;
  const int socket = apt::apt_hook_socket();
  if (socket < 0) return std::nullopt;
  return apt::run_apt_hook(socket, stdout);
}

}  // namespace patchstate
