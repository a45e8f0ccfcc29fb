// SPDX-License-Identifier: Apache-2.0
// The findings of the last run, for the next one when nothing changed: then no tool is asked at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "assessment/assessment.h"
#include "collectors/collector.h"

namespace patchstate {

/// Our cache folder for the system below `root`, made when it is missing. Empty, which means "keep nothing", when it
/// can't be made or when somebody else could write into it.
std::filesystem::path cache_folder_for(const std::filesystem::path& root);

class FindingsCache {
 public:
  /// `folder` empty: finds nothing, keeps nothing.
  explicit FindingsCache(std::filesystem::path folder);

  /// Findings kept for the same fingerprint by the same version of this program, as long as time alone can't have
  /// changed them: phasing and Valid-Until move, so never beyond six hours. Anything damaged, or writable by others, is
  /// not there.
  std::optional<Findings> find(const CollectorChoice& choice, Time now) const;

  /// Keeps findings that are whole; those with an `incomplete` warning are asked for again, since what was in the way
  /// may be gone without a trace in the fingerprint. A folder that can't be written costs speed, nothing else.
  void keep(const CollectorChoice& choice, const Findings& findings, Time now) const;

 private:
  std::filesystem::path file_of(const CollectorChoice& choice) const;
  std::filesystem::path folder_;
};

}  // namespace patchstate
