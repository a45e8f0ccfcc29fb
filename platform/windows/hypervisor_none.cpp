// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/hypervisor.h"

namespace patchstate {

std::string hypervisor_signature() {
  return {};
}

}  // namespace patchstate
