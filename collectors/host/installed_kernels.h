// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchstate {

struct InstalledKernels {
  std::vector<std::string> releases;  ///< as `uname -r` would say; in no order
  bool images_unreadable = false;     ///< /boot can't be looked into: there may be more
};

/// Kernels that could be booted: a folder of modules below `root` that has an image, in /boot or in itself. A folder
/// alone is what a removed package leaves behind.
InstalledKernels installed_kernels(const std::filesystem::path& root);

/// The one that says whether `running` is outdated: the newest of its flavour, else the newest; of another root (no
/// running kernel) the newest.
std::string kernel_to_compare(const InstalledKernels& installed, const std::string& running);

}  // namespace patchstate
