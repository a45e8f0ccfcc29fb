// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "collectors/apt/apt_rules.h"

namespace patchstate::apt {

/// Origins (Release field) that publish a security pocket which is configured on this machine. Only their other updates
/// can be told from security ones (docs/decisions/0004).
std::set<std::string> origins_with_security_pocket(const Surroundings& surroundings);

/// State and age of every configured source.
Metadata judge_metadata(const Snapshot& snapshot, const Surroundings& surroundings);

/// What stands between this answer and the truth: sources not fetched, expired or unreadable, dpkg in the middle of
/// something, apt's own complaints.
std::vector<Warning> judge_health(const Snapshot& snapshot, const Surroundings& surroundings);

}  // namespace patchstate::apt
