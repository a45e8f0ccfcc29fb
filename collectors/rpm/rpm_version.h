// SPDX-License-Identifier: Apache-2.0
// Versions of the rpm world and their order, by librpm's own rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace patchstate::rpm {

/// "2:1.26-34.el7" is epoch 2, version 1.26, release 34.el7.
struct Evr {
  std::string epoch;    ///< empty: none, which counts as 0
  std::string version;  ///< never empty after parsing anything but the empty text
  std::string release;  ///< empty: none, below any other
  bool operator==(const Evr&) const = default;
};

/// Total: the epoch is what stands before the first ":" if that is digits only (nothing at all counts as none), the
/// release what follows the last "-" (rpm's parseEVR). "(none)", which rpm prints for a missing epoch, is none.
Evr parse_evr(std::string_view text);
/// "2:1.26-34.el7"; the epoch only where there is one other than 0, the release only where there is one.
std::string to_text(const Evr& evr);

/// rpmvercmp: negative when `one` is older than `other`, positive when newer, 0 when rpm takes them for the same ("1.0"
/// and "1_0"). "~" sorts below everything, the end of the text too; "^" above the end and below everything else.
int compare_versions(std::string_view one, std::string_view other);
/// As rpm orders two packages of one name: epoch as a number, then version, then release.
int compare(const Evr& one, const Evr& other);

struct Nevra {
  std::string name;
  Evr evr;
  std::string arch;
  bool operator==(const Nevra&) const = default;
};

/// Reads "bash-5.1-2.fc35.x86_64", "name-2:1.0-1.x86_64" and yum's older "2:name-1.0-1.x86_64"; ".rpm" at the end is
/// left out. nullopt: it lacks one of name, version, release and architecture.
std::optional<Nevra> parse_nevra(std::string_view text);
/// "name-2:1.0-1.x86_64", the epoch only where there is one other than 0.
std::string to_text(const Nevra& package);

}  // namespace patchstate::rpm
