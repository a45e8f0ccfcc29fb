// SPDX-License-Identifier: Apache-2.0
// What `apt-get upgrade` and `dist-upgrade` print with --simulate or --print-uris.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/apt/apt_snapshot.h"

namespace patchstate::apt {

/// "Debian-Security:12/oldstable-security": label, version of the release, suite; any of them may be missing.
struct ReleaseName {
  std::string text;
  std::string label;
  std::string suite;
};
ReleaseName parse_release_name(std::string_view text);

/// One `Inst` line.
struct PlannedInstall {
  std::string name;
  std::string qualifier;  ///< architecture behind the name ("libc6:i386"); empty: the native one
  std::string installed;  ///< empty: a new package
  std::string candidate;
  std::string version_arch;  ///< of the candidate: amd64, all; empty in the output of apt before 0.8
  std::vector<ReleaseName> origins;
};

/// One `Remv` or `Purg` line.
struct PlannedRemoval {
  std::string name;
  std::string qualifier;
  std::string installed;
};

/// "4 upgraded, 7 newly installed, 0 to remove and 5 not upgraded."
struct Totals {
  std::size_t upgraded = 0;
  std::size_t newly_installed = 0;
  std::size_t reinstalled = 0;
  std::size_t downgraded = 0;
  std::size_t to_remove = 0;
  std::size_t not_upgraded = 0;
};

struct Simulation {
  std::vector<PlannedInstall> installs;
  std::vector<PlannedRemoval> removals;
  /// Names as apt lists them before it starts ("libc6:i386" for a foreign architecture).
  std::vector<std::string> upgraded;
  std::vector<std::string> new_packages;
  std::vector<std::string> removed;
  std::vector<std::string> downgraded;
  std::vector<std::string> kept_back;
  std::vector<std::string> phased;
  std::optional<Totals> totals;
  std::vector<SubscriptionOffer> subscription_offers;  ///< of the texts that Ubuntu's Pro client adds
  /// `Inst` lines with the placeholder version UA_ESM_Required: an update only a subscription gives.
  std::vector<PlannedInstall> subscription_required;
  std::vector<Complaint> complaints;
  std::string hook_message;  ///< JSON our own hook wrote (apt_hook.h); empty: it didn't run
  std::vector<std::string> not_understood;
};

/// Total: a line is a record, a name list, known chatter, or not understood. Colours, progress, texts of other hooks
/// and records that lost their line ends are coped with.
Simulation parse_simulation(std::string_view text);

/// What was asked for: with --simulate there is a record for each package, with --print-uris there are names only.
enum class Detail { records, names };
/// Where the totals line and what stands beside it contradict each other, or where there is none: signs of a cut or a
/// damaged text, in which updates may be missing. Not for output of `-qq`, which has no totals.
std::vector<std::string> disagreements(const Simulation& simulation, Detail detail);

}  // namespace patchstate::apt
