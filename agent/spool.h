// SPDX-License-Identifier: Apache-2.0
// Folder of assessments not yet delivered to one endpoint.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace patchstate {

/// A heartbeat says "as in the last full report", which comes once a day at least.
enum class ReportForm { full, heartbeat };
inline constexpr std::chrono::hours kFullEvery{24};
/// Whether what was written then is less than a day old. A clock that was set back says nothing about how long ago it
/// was; a minute is no setting.
bool is_recent(std::chrono::sys_seconds written, std::chrono::sys_seconds now);

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

  /// When it returns the report is whole and on disk, under the path that is returned; when it throws it is not there.
  /// Where the limits are reached others give way, for a newer one says what is true now: heartbeats first, then the
  /// oldest; how many did is counted.
  std::filesystem::path put(ReportForm form, std::string_view json, std::string_view activity_id);
  /// The same for one that lies in another queue: it is not written again.
  void put_again(const std::filesystem::path& report);

  std::vector<std::filesystem::path> reports() const;  ///< oldest first
  void remove(const std::filesystem::path& report);
  /// Puts it aside, with the reason beside it, into `rejected`; the last few are kept for people to look at.
  void quarantine(const std::filesystem::path& report, std::string_view reason);

  /// Whether the full report that was put last told of this state, less than a day ago.
  bool knows(std::string_view state_hash, std::chrono::sys_seconds now) const;
  void remember(std::string_view state_hash);

  /// Reports that had to give way and that no report has told of yet.
  std::uint64_t lost() const;
  void told_of(std::uint64_t lost);

 private:
  std::filesystem::path prepare(std::uintmax_t bytes, std::string_view name);
  void make_room(std::uintmax_t bytes);

  std::filesystem::path folder_;
  SpoolLimits limits_;
};

/// Of the hub or of a destination with this name, in the state folder.
std::filesystem::path queue_folder(const std::filesystem::path& state_folder, std::string_view name);
inline constexpr std::string_view kHubQueue = "hub";

}  // namespace patchstate
