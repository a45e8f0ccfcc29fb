// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace patchstate {

/// Version of this program, as `patchstate --version` and `agent.version` of an assessment say it.
std::string_view agent_version();

}  // namespace patchstate
