// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/zypper/zypper_answer.h"

namespace patchstate::zypper {

/// Output of `zypper --xmlout`. Never throws for what is in the text. A document type of its own is refused: nothing in
/// it can expand.
Answer parse_zypper_xml(std::string_view xml);

}  // namespace patchstate::zypper
