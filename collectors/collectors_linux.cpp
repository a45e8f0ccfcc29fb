// SPDX-License-Identifier: Apache-2.0
// The collectors of Linux, one line each.
#include <cstdio>
#include <optional>
#include <string_view>

#include "collectors/apt/apt_collector.h"
#include "collectors/apt/apt_hook.h"
#include "collectors/apt/apt_refresh.h"
#include "collectors/collector.h"
#include "collectors/dnf/dnf_collector.h"
#include "collectors/host/os_release.h"
#include "collectors/primary_source.h"
#include "collectors/zypper/zypper_collector.h"

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
  return apt::refresh_apt(access, deadline);
}

std::optional<int> answer_tool(std::string_view argument) {
  const int socket = apt::apt_hook_socket();
  if (argument != apt::kHookArgument || socket < 0) return std::nullopt;
  return apt::run_apt_hook(socket, stdout);
}

}  // namespace patchstate
