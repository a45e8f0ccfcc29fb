// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_refresh.h"

#include <string>

#include "collectors/rpm/rpm_refresh.h"

namespace patchstate::zypper {

RefreshResult refresh_zypper(const HostAccess& access, std::chrono::milliseconds deadline) {
  const auto patience = std::chrono::duration_cast<std::chrono::seconds>(deadline / 2);
  Command command;
  command.argv = {"zypper", "--non-interactive", "refresh"};
  command.environment = {{"ZYPP_LOCK_TIMEOUT", std::to_string(patience.count())}};
  return rpm::refresh_by(access, std::move(command), deadline);
}

}  // namespace patchstate::zypper
