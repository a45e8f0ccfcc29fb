// SPDX-License-Identifier: Apache-2.0
// Every error code of the Windows Update Agent and of what it stands on, for people and for whoever tries again.
#pragma once

#include <string>
#include <vector>

#include "assessment/names.h"
#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

struct Explanation {
  std::string name;      ///< "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED"; of an unknown code "0x8024ABCD"
  std::string sentence;  ///< what happened: "the name of the proxy server or of the target server cannot be resolved"
  std::string advice;    ///< what to do; never empty
  FailureKind kind = FailureKind::tool_failed;
  bool retry_soon = false;  ///< worth another try with back-off; false: somebody has to do something first
  bool known = false;       ///< false: the sentence names the facility alone ("an error of Windows Update")
};

Explanation explain(ErrorCode code);

/// "WU_E_NO_SERVICE (0x80240001): the Windows Update Agent is unable to provide the service".
std::string description(ErrorCode code);

/// The codes that explain() knows, in no order.
std::vector<ErrorCode> known_codes();

}  // namespace patchstate::windows_update
