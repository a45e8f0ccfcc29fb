// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "collectors/rpm/rpm_version.h"

namespace patchstate::dnf {

/// "pkg:rpm/fedora/zeta@1.2-1?arch=x86_64&epoch=2" (purl-spec, type rpm): the version without its epoch, which is a
/// qualifier. `os_id` is os-release's ID.
std::string purl(const rpm::Nevra& package, const std::string& os_id);

}  // namespace patchstate::dnf
