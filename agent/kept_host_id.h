// SPDX-License-Identifier: Apache-2.0
// The id of a machine that has no machine-id(5): a container, a system that was only unpacked. It is made when the
// machine enrols, and kept in the state folder.
#pragma once

#include <string>

namespace patchstate {

/// Empty when there is none. What is not an id there is none.
std::string kept_host_id();
/// The one that is kept, or a new one. Throws std::system_error when it can't be kept.
std::string keep_host_id();

}  // namespace patchstate
