// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace patchstate {

/// What the hypervisor under us calls itself ("KVMKVMKVM", "Microsoft Hv"); empty on bare metal and where the CPU can't
/// tell.
std::string hypervisor_signature();

}  // namespace patchstate
