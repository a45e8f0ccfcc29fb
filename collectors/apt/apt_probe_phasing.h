// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <apt-pkg/pkgcache.h>

namespace patchstate::apt {

/// Phased-Update-Percentage of a version; 100 when it is not being phased.
int phased_percentage(const pkgCache::VerIterator& version);

}  // namespace patchstate::apt
