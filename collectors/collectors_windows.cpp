// SPDX-License-Identifier: Apache-2.0
// The collectors of Windows, one line each.
#include <cstdio>
#include <optional>
#include <span>
#include <string>

#include "collectors/collector.h"
#include "collectors/windows_update/windows_update_collector.h"
#include "collectors/windows_update/windows_update_probe.h"

namespace patchstate {

std::vector<std::string> collector_names() {
  return {"windows_update"};
}

std::vector<CollectorChoice> choose_collectors(const HostAccess& access) {
  std::vector<CollectorChoice> choices;
  choices.push_back(windows_update::choose_windows_update(access));
  return choices;
}

RefreshResult refresh_metadata(const HostAccess& /*access*/, std::chrono::milliseconds /*deadline*/) {
  return {false,
          {{"refresh_failed",
            "Windows Update has no metadata that could be fetched apart: every search asks its server anew",
            {},
            true}}};
}

std::optional<int> answer_tool(std::span<const std::string> arguments) {
  if (arguments.empty() || arguments[0] != windows_update::kProbeArgument) return std::nullopt;
  return windows_update::run_windows_update_probe(arguments.subspan(1), stdout);
}

}  // namespace patchstate
