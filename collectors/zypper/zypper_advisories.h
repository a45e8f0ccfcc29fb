// SPDX-License-Identifier: Apache-2.0
// Which advisories stand between two versions of a package, over all repositories of a snapshot.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/zypper/zypper_snapshot.h"

namespace patchstate::zypper {

/// Name and architecture, of the snapshot.
using PackageKey = std::pair<std::string_view, std::string_view>;
struct PackageKeyHash {
  std::size_t operator()(const PackageKey& one) const;
};

/// One advisory's version of one package.
struct Fix {
  const rpm::RpmAdvisory* advisory = nullptr;
  const rpm::AdvisoryPackage* package = nullptr;
  const FetchedRepository* repository = nullptr;
  bool is_retracted() const { return advisory->status == "retracted"; }
};

class Advisories {
 public:
  /// Points into `snapshot`.
  explicit Advisories(const Snapshot& snapshot);

  /// Every fix of that package and architecture, oldest version first, retracted ones too.
  const std::vector<Fix>& of(const std::string& name, const std::string& arch) const;
  /// Those of them with installed < version <= candidate that are not retracted.
  std::vector<Fix> between(const std::string& name, const std::string& arch, const rpm::Evr& installed,
                           const rpm::Evr& candidate) const;
  /// Some advisory ships exactly this version, and each that does was retracted by its vendor.
  bool is_retracted(const std::string& name, const std::string& arch, const rpm::Evr& version) const;
  /// The advisory a patch stands for; nullptr: none of its repository.
  const rpm::RpmAdvisory* of_patch(const ListedUpdate& patch) const;

 private:
  std::unordered_map<PackageKey, std::vector<Fix>, PackageKeyHash> by_package_;
  std::unordered_map<std::string_view, std::vector<std::pair<const FetchedRepository*, const rpm::RpmAdvisory*>>>
      by_id_;
};

/// Fills what advisories say of an update: classifications, severity, CVEs, the advisories themselves, whether a reboot
/// is needed, since when it is published, and the evidence. Does nothing without any.
void describe(Update& update, const std::vector<Fix>& fixes);

}  // namespace patchstate::zypper
