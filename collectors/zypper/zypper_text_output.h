// SPDX-License-Identifier: Apache-2.0
// The tables of zypper without --xmlout, as scripts and bug reports keep them. A live zypper is asked for XML.
#pragma once

#include <string_view>

#include "collectors/zypper/zypper_answer.h"

namespace patchstate::zypper {

/// Output of `zypper list-patches`, in any language: the columns are known by their place, and status stays as it is
/// written. There are two tables when the update stack itself needs patches (edge-117); the first of them is marked
/// `update_stack`.
Answer parse_patch_table(std::string_view text);

/// Output of `zypper list-updates`, and the "locked" sentences of `zypper update --dry-run` (edge-79).
Answer parse_update_table(std::string_view text);

}  // namespace patchstate::zypper
