// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/dnf/dnf_snapshot.h"

namespace patchstate::dnf {

/// The Python that a script is run by: of "#!/usr/libexec/platform-python -s" the path. Empty: `head` starts no Python
/// script (dnf5 is no script).
std::string python_of(std::string_view head);

/// Asks dnf 4's own library, by dnf4_helper.py and the interpreter of `program` (/usr/bin/dnf-3). `database`: folder of
/// the rpm database in the root. Throws CollectorError.
Snapshot ask_dnf4(const HostAccess& access, const std::string& program, const std::string& database);

/// Source of dnf4_helper.py.
std::string_view dnf4_helper();

}  // namespace patchstate::dnf
