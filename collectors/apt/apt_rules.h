// SPDX-License-Identifier: Apache-2.0
// All rules about apt, pure: what is security, in which state an update is, what the age of metadata proves.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "assessment/assessment.h"
#include "collectors/apt/apt_dpkg_database.h"
#include "collectors/apt/apt_release.h"
#include "collectors/apt/apt_snapshot.h"
#include "collectors/host/os_release.h"

namespace patchstate::apt {

/// What is known of a source beside the snapshot: its Release file and when it was fetched.
struct ReleaseFacts {
  enum class Reading { missing, unreadable, ok };
  Reading reading = Reading::missing;
  Release release;
  std::string problem;             ///< why it is unreadable
  std::optional<Time> checked_at;  ///< last successful check (see Evidence)
  bool checked_is_weak = false;    ///< checked_at is only the publication date: the system keeps no trace of the check
};

/// A stored Packages file, uncompressed ones only tell whether they are whole: a torn compressed one fails to
/// decompress.
struct IndexFacts {
  std::int64_t size = -1;
  bool ends_with_newline = false;
};

/// The world beside apt's own answer, read by the collector.
struct Surroundings {
  std::map<std::string, ReleaseFacts> releases;  ///< by Source::release_file
  std::map<std::string, IndexFacts> indexes;     ///< by StoredIndex::file
  std::string os_id;                             ///< os-release ID, for the purl
  BaseRelease base;                              ///< whose security archive must be among the sources
  std::string kernel_running;                    ///< empty: nothing of this root runs, or a container's host does
  std::string kernel_build;  ///< uname -v of it; Debian's names the version of the package it was built as
  DpkgDatabase dpkg;
  Time now{};
};

/// Carries security updates by its own declaration: suite or codename ends in "-security", label Debian-Security, or
/// one of Canonical's origins (UbuntuESM, UbuntuESMApps, UbuntuFIPS, UbuntuFIPSUpdates). Never the path (edge-67).
bool is_security_archive(const PackageFile& file);
/// An origin that Ubuntu Pro serves to subscribers only.
bool needs_subscription(const PackageFile& file);

/// Snapshot + surroundings → findings. Total: every package of the snapshot becomes an update or is known not to be
/// one.
Findings judge(const Snapshot& snapshot, const Surroundings& surroundings);

}  // namespace patchstate::apt
