// SPDX-License-Identifier: Apache-2.0
// What zypper, its cache and the rpm database know, before any rule; judged by zypper_rules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collectors/rpm/repo_files.h"
#include "collectors/rpm/rpm_advisory.h"
#include "collectors/rpm/rpm_list_output.h"
#include "collectors/zypper/zypper_answer.h"
#include "collectors/zypper/zypper_ending.h"
#include "collectors/zypper/zypper_locks.h"

namespace patchstate::zypper {

/// An enabled repository, and what zypper has fetched of it (/var/cache/zypp/raw/ALIAS).
struct FetchedRepository {
  enum class Reading { never_fetched, unreadable, ok };
  rpm::ConfiguredRepo config;
  Reading reading = Reading::never_fetched;
  std::string problem;               ///< why it is unreadable, or why its advisories are not all there are
  std::optional<Time> checked_at;    ///< zypper touches repomd.xml at each successful check, changed or not
  std::optional<Time> published_at;  ///< repomd.xml's own date
  std::optional<Time> expires_at;    ///< by when the vendor promises newer metadata
  std::string updateinfo;            ///< the file it has them in, relative to the repository
  bool has_updateinfo = false;
  bool tells_security = false;  ///< some advisory, whatever it is for, is about security
  std::vector<rpm::RpmAdvisory> advisories;
  bool is_told = false;         ///< `advisories` are zypper's cache's, and the file's where that is ReadAlike
  bool names_security = false;  ///< some advisory about what is installed, older ones too, is about security
};

struct Snapshot {
  std::string tool = "zypper";
  std::string tool_version;
  std::vector<ListedUpdate> patches;      ///< list-updates --type patch: those needed
  std::vector<ListedUpdate> updates;      ///< list-updates: what zypper would install
  std::vector<ListedUpdate> all_updates;  ///< list-updates --all: newest there is, installable or not; asked only
                                          ///< where is_something_hidden
  Remarks remarks;                        ///< of all runs together
  std::vector<Message> messages;          ///< of all runs, each once
  std::vector<rpm::InstalledPackage> installed;
  std::vector<FetchedRepository> repositories;
  std::optional<bool> offers_libc;  ///< some repository has a version of the installed glibc; nullopt: not asked
  std::vector<Warning> warnings;    ///< of what was read for them (repo files)
  std::vector<Lock> locks;
  std::vector<std::string> not_understood;
};

/// The world beside that.
struct Surroundings {
  std::string os_id;           ///< for purls
  std::string kernel_running;  ///< empty: nothing of this root runs
  Time now{};
};

}  // namespace patchstate::zypper
