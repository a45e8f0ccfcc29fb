// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "collectors/collector.h"

namespace patchstate::dnf {

/// When each enabled repository that was fetched once was last checked, by its id.
using Checks = std::map<std::string, Time>;

/// Repositories that a refresh passed over although it ended well: with skip_if_unavailable dnf does so where one can't
/// be reached. What was fetched of it before still counts, with its age.
std::vector<Warning> left_out(const Checks& before, const Checks& after, Time began);

/// The running system's own `makecache` of dnf5, dnf, tdnf or yum, whichever it has. While another one holds their lock
/// it waits, within `deadline`.
RefreshResult refresh_dnf(const HostAccess& access, std::chrono::milliseconds deadline);

}  // namespace patchstate::dnf
