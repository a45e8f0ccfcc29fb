// SPDX-License-Identifier: Apache-2.0
// The words of systemd-detect-virt for what machines say of themselves.
#pragma once

#include <string>
#include <string_view>

#include "platform/machine.h"

namespace patchstate {

/// Empty: it names no kind of virtual machine.
std::string machine_in_dmi(const DmiStrings& dmi);
/// Of the hypervisor's signature in CPUID; empty: none.
std::string machine_by_signature(std::string_view signature);

}  // namespace patchstate
