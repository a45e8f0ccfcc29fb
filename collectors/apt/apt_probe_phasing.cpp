// SPDX-License-Identifier: Apache-2.0
// libapt-pkg keeps the phasing percentage of a version in its cache but shows the accessor only to itself. Reading the
// record instead would decompress a whole index for one number, so this one file asks for the private part of the
// header.
#include <apt-pkg/hashes.h>  // must come first: its own private part is not installed
#define APT_COMPILING_APT
#include <apt-pkg/pkgcache.h>
#undef APT_COMPILING_APT

#include "collectors/apt/apt_probe_phasing.h"

namespace patchstate::apt {

int phased_percentage(const pkgCache::VerIterator& version) {
  return static_cast<int>(version.PhasedUpdatePercentage());
}

}  // namespace patchstate::apt
