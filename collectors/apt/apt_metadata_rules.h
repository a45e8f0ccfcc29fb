// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "collectors/apt/apt_rules.h"

namespace patchstate::apt {

/// What an archive shares with the security archive of the same release, and with no other: the publisher, the release,
/// and the place, but of distributions whose security archives stand on hosts of their own. Empty: it names no
/// publisher.
std::string archive_family(const PackageFile& file);

/// The families whose security archive is among the fetched sources. Only their other updates can be told from security
/// ones (docs/decisions/0004).
std::set<std::string> families_with_security_archive(const Snapshot& snapshot, const Surroundings& surroundings);

/// State and age of every configured source.
Metadata judge_metadata(const Snapshot& snapshot, const Surroundings& surroundings);

/// What stands between this answer and the truth: sources not fetched, expired or unreadable, dpkg in the middle of
/// something, apt's own complaints.
std::vector<Warning> judge_health(const Snapshot& snapshot, const Surroundings& surroundings);

}  // namespace patchstate::apt
