// SPDX-License-Identifier: Apache-2.0
// Names of kernels as `uname -r` prints them; each distribution puts its own version after the upstream one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchstate {

/// Negative when `one` is older than `other`, positive when newer: runs of digits as numbers, numbers above words, and
/// release candidates below the release.
int compare_kernels(std::string_view one, std::string_view other);

/// Newest kernel release (as `uname -r` would say) among installed vmlinuz/modules names; version order, not text
/// order.
std::string newest_kernel(const std::vector<std::string>& releases);

/// What kind of kernel it is beside its version: "amd64", "cloud-amd64", "generic-64k", "default", "uek"; empty where a
/// distribution has only one.
std::string kernel_flavour(std::string_view release);

/// "6.1.0-31-amd64" and "6.1.0-30-amd64" yes, "6.1.0-31-cloud-amd64" and "6.1.0-30-amd64" no: only kernels of the
/// running one's flavour say anything about it.
bool same_kernel_flavour(std::string_view one, std::string_view other);

}  // namespace patchstate
