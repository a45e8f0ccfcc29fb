// SPDX-License-Identifier: Apache-2.0
#include "platform/system_proxy.h"

namespace patchstate {

std::string system_proxy(std::string_view /*host*/) {
  return {};
}

}  // namespace patchstate
