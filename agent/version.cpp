// SPDX-License-Identifier: Apache-2.0
#include "agent/version.h"

namespace patchstate {

std::string_view agent_version() {
  return PATCHSTATE_VERSION;
}

}  // namespace patchstate
