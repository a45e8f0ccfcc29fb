// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace patchstate {

/// Whether the Ubuntu Pro client's status.json says that the machine is attached to a subscription.
bool is_attached_to_pro(std::string_view status_json);

}  // namespace patchstate
