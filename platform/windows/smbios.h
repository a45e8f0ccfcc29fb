// SPDX-License-Identifier: Apache-2.0
// The firmware's table of what it is a part of (DMTF DSP0134), as GetSystemFirmwareTable('RSMB') gives it.
#pragma once

#include <string_view>

#include "platform/machine.h"

namespace patchstate {

/// A damaged table costs what is damaged. The UUID is in lower case, as Linux shows it.
DmiStrings dmi_strings_in(std::string_view raw_smbios_data);

}  // namespace patchstate
