// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace patchstate {

/// openapi.json, OpenAPI 3.1.
std::string_view openapi_document();

}  // namespace patchstate
