// SPDX-License-Identifier: Apache-2.0
// Small texts the hub keeps or hands out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate {

/// [{"code":…,"message":…}] as the store keeps reasons; what can't be read is no reason.
std::vector<Reason> reasons_from_json(const std::string& text);
std::string reasons_to_json(const std::vector<Reason>& reasons);
/// Strings of a JSON array; anything else is none.
std::vector<std::string> strings_from_json(const std::string& text);

std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace patchstate
