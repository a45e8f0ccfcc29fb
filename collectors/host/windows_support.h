// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "collectors/host/end_of_support.h"

namespace patchstate {

/// When Microsoft stops to publish security updates for this Windows, from a table of Microsoft's lifecycle and release
/// information pages that is as old as `source` says. nullopt: a build or edition that is not in it, a preview for one.
/// - `build`: CurrentBuildNumber below SOFTWARE\Microsoft\Windows NT\CurrentVersion: 26100.
/// - `edition_id`: EditionID beside it: "Professional", "EnterpriseS", "ServerDatacenter".
/// - `extended_updates`: there is evidence that this machine gets the Extended Security Updates that are sold
///   separately; without it they don't count.
std::optional<EndOfSupport> windows_end_of_support(int build, std::string_view edition_id,
                                                   bool extended_updates = false);

}  // namespace patchstate
