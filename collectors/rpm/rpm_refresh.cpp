// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/rpm_refresh.h"

#include "assessment/assessment_json.h"

namespace patchstate::rpm {

RefreshResult refresh_by(const HostAccess& access, Command command, std::chrono::milliseconds deadline) {
  command.deadline = deadline;
  const ProcessResult run = access.runner.run(command);
  if (run.ok()) return {true, {}};
  return {false,
          {{"refresh_failed", masked(describe(command, run)) + "; the metadata may be as old as they were", {}, true}}};
}

}  // namespace patchstate::rpm
