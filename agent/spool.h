// SPDX-License-Identifier: Apache-2.0
// Folder of assessments not yet delivered to one endpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace patchstate {

struct SpoolLimits {
  std::size_t reports = 1000;
  std::uintmax_t bytes = std::uintmax_t{64} << 20U;
};

/// One file for each report, named by a number that only grows, so that their order does not hang on a clock. One
/// process at a time may put (the lock of `assess`) and one may take (the lock of `send`). Everything throws
/// std::system_error.
class Spool {
 public:
  /// The folder is made when something is put; until then the spool is empty.
  explicit Spool(std::filesystem::path folder, SpoolLimits limits = {});

  /// When it returns the report is whole and on disk; when it throws it is not there. Where the limits are reached the
  /// oldest give way, for a newer one says what is true now; how many did is counted.
  void put(std::string_view json, std::string_view activity_id);

  std::vector<std::filesystem::path> reports() const;  ///< oldest first
  void remove(const std::filesystem::path& report);
  /// Puts it aside, with the reason beside it, into `rejected`; the last few are kept for people to look at.
  void quarantine(const std::filesystem::path& report, std::string_view reason);

  /// Reports that had to give way and that no report has told of yet.
  std::uint64_t lost() const;
  void told_of(std::uint64_t lost);

 private:
  void make_room(std::uintmax_t bytes);

  std::filesystem::path folder_;
  SpoolLimits limits_;
};

/// Of the configured hub, in the state folder.
std::filesystem::path hub_queue(const std::filesystem::path& state_folder);

}  // namespace patchstate
