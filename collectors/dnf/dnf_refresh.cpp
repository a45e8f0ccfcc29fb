// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_refresh.h"

#include "collectors/dnf/dnf_collector.h"
#include "collectors/rpm/rpm_refresh.h"

namespace patchstate::dnf {

RefreshResult refresh_dnf(const HostAccess& access, std::chrono::milliseconds deadline) {
  const ToolProgram tool = own_tool(access.root);
  if (tool.program.empty()) return {false, {{"refresh_failed", tool.reason, {}, true}}};
  Command command;
  // Without --refresh what is younger than metadata_expire would be taken for fresh unasked.
  if (tool.tool == Tool::yum)
    command.argv = {tool.program, "-q", "makecache"};
  else
    command.argv = {tool.program, "-q", "--refresh", "makecache"};
  return rpm::refresh_by(access, std::move(command), deadline);
}

}  // namespace patchstate::dnf
