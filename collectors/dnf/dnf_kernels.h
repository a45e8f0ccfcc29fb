// SPDX-License-Identifier: Apache-2.0
// Packages that carry a kernel's image, of which several versions may be installed side by side.
#pragma once

#include <array>
#include <string_view>

#include "collectors/rpm/rpm_version.h"

namespace patchstate::dnf {

struct KernelImage {
  std::string_view name;
  std::string_view flavour;  ///< what `uname -r` of it ends with, behind version, release and architecture
};

/// Of Red Hat and Fedora, Oracle, ELRepo and Amazon; of Azure Linux; of Photon.
inline constexpr std::array kKernelImages = {KernelImage{"kernel", ""},
                                             KernelImage{"kernel-core", ""},
                                             KernelImage{"kernel-16k-core", "+16k"},
                                             KernelImage{"kernel-64k", "+64k"},
                                             KernelImage{"kernel-64k-core", "+64k"},
                                             KernelImage{"kernel-debug-core", "+debug"},
                                             KernelImage{"kernel-rt", "+rt"},
                                             KernelImage{"kernel-rt-core", "+rt"},
                                             KernelImage{"kernel-rt-64k-core", "+rt-64k"},
                                             KernelImage{"kernel-uek", ""},
                                             KernelImage{"kernel-uek-core", ""},
                                             KernelImage{"kernel-lt", ""},
                                             KernelImage{"kernel-lt-core", ""},
                                             KernelImage{"kernel-ml", ""},
                                             KernelImage{"kernel-ml-core", ""},
                                             KernelImage{"kernel6.12", ""},
                                             KernelImage{"kernel-azure", ""},
                                             KernelImage{"kernel-hci", ""},
                                             KernelImage{"kernel-mshv", ""},
                                             KernelImage{"linux", ""},
                                             KernelImage{"linux-aws", "-aws"},
                                             KernelImage{"linux-esx", "-esx"},
                                             KernelImage{"linux-rt", "-rt"},
                                             KernelImage{"linux-secure", "-secure"}};

/// nullptr: a package of this name is none.
const KernelImage* kernel_image(std::string_view name);

/// How well a package fits what `uname -r` says: 2 where its flavour does too, 1 where only version and release do (a
/// real-time kernel of RHEL 8 has no flavour behind them), 0 where it doesn't. The architecture may be left out, as
/// Azure Linux and Photon do.
int fits_release(const rpm::Nevra& package, std::string_view release);

}  // namespace patchstate::dnf
