// SPDX-License-Identifier: Apache-2.0
// The collectors of Windows, one line each.
#include <optional>
#include <span>
#include <string>

#include "collectors/collector.h"

namespace patchstate {

std::vector<std::string> collector_names() {
  return {"windows_update"};
}

std::vector<CollectorChoice> choose_collectors(const HostAccess& /*access*/) {
  return {};
}

RefreshResult refresh_metadata(const HostAccess& /*access*/, std::chrono::milliseconds /*deadline*/) {
  return {false,
          {{"refresh_failed",
            "Windows Update has no metadata that could be fetched apart: every search asks its server anew",
            {},
            true}}};
}

std::optional<int> answer_tool(std::span<const std::string> /*arguments*/) {
  return std::nullopt;
}

}  // namespace patchstate
