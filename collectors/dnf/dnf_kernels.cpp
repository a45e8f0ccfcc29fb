// SPDX-License-Identifier: Apache-2.0
#include "collectors/dnf/dnf_kernels.h"

#include <algorithm>
#include <string>

namespace patchstate::dnf {

const KernelImage* kernel_image(std::string_view name) {
  const auto found = std::find_if(kKernelImages.begin(), kKernelImages.end(),
                                  [&](const KernelImage& one) { return one.name == name; });
  return found == kKernelImages.end() ? nullptr : &*found;
}

// 5.14.0-427.el9.x86_64      kernel-core-5.14.0-427.el9.x86_64
// 5.14.0-427.el9.x86_64+rt   kernel-rt-core-5.14.0-427.el9.x86_64
// 6.6.51.1-5.azl3            kernel-6.6.51.1-5.azl3.x86_64
// 6.1.10-3.ph5-esx           linux-esx-6.1.10-3.ph5.x86_64
int fits_release(const rpm::Nevra& package, std::string_view release) {
  const KernelImage* const image = kernel_image(package.name);
  if (image == nullptr) return 0;
  const std::string version = package.evr.version + "-" + package.evr.release;
  for (const std::string& base : {version, version + "." + package.arch}) {
    if (release == base + std::string(image->flavour)) return 2;
    if (release == base) return 1;
  }
  return 0;
}

}  // namespace patchstate::dnf
