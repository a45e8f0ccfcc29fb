// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace patchstate {

/// What the CPU says it runs under ("Microsoft Hv"), empty: nothing. Also empty in the root partition of Hyper-V, which
/// is where every Windows with virtualization-based security is: that is the machine itself.
std::string hypervisor_signature();

}  // namespace patchstate
