// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/dnf/package_list_output.h"

namespace patchstate::dnf {

/// `repoquery --qf '"%{NAME}" "%{EPOCH}" "%{VERSION}" "%{RELEASE}" "%{REPO}"'` of yum-utils and dnf, a sixth field
/// being the architecture; without it that is empty. What a prompt left in front of a row is passed over.
PackageList parse_repoquery(std::string_view text);

}  // namespace patchstate::dnf
