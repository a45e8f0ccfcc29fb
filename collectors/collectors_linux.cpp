// SPDX-License-Identifier: Apache-2.0
// The collectors of Linux, one line each.
#include "collectors/apt/apt_collector.h"
#include "collectors/apt/apt_refresh.h"
#include "collectors/collector.h"

namespace patchstate {

std::vector<CollectorChoice> choose_collectors(const HostAccess& access) {
  std::vector<CollectorChoice> choices;
  choices.push_back(apt::choose_apt(access));
  return choices;
}

RefreshResult refresh_metadata(const HostAccess& access, std::chrono::milliseconds deadline) {
  return apt::refresh_apt(access, deadline);
}

}  // namespace patchstate
