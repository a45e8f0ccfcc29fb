// SPDX-License-Identifier: Apache-2.0
// HOW WE FIND OUT: one source of pending updates on this host.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"
#include "platform/process_runner.h"

namespace patchstate {

/// "Cannot answer", thrown by a collector; `assess` turns it into a Failure.
class CollectorError : public std::runtime_error {
 public:
  CollectorError(FailureKind error_kind, const std::string& message, std::string code = {})
      : std::runtime_error(message),
        kind(error_kind),
        error_code(std::move(code)),
        may_pass(mostly_passes(error_kind)) {}
  FailureKind kind;
  std::string error_code;
  bool may_pass;  ///< as in Failure
};

/// The whole outside world as a collector sees it. A test passes a replaying runner and a recorded root.
struct HostAccess {
  ProcessRunner& runner;
  std::filesystem::path root = "/";
  std::filesystem::path cache;  ///< our own cache folder for this root; empty: keep nothing
  Time now{};
  /// Windows: a signed scan package (wsusscn2.cab) to ask instead of the configured service; empty: none.
  std::filesystem::path offline_cab = {};
};

class Collector {
 public:
  virtual ~Collector() = default;
  /// Name in reports and in the configuration: "apt", "dnf".
  virtual std::string_view source() const = 0;
  /// All it knows, or throws CollectorError or std::system_error. Changes nothing on the machine, takes no lock.
  virtual Findings collect() = 0;
};

/// Whether a collector fits this machine, and why (for `patchstate collectors`).
struct CollectorChoice {
  std::string source;
  PatchService service = PatchService::unknown;
  bool fits = false;
  std::string reason;
  std::unique_ptr<Collector> collector;  ///< null when it can't be asked at all, not only unfit beside another one
  /// Everything its answer depends on, as one text that changes when any of it does (linux.md §5); cheap: stats only.
  std::string fingerprint;
  /// Folders and files of the running system in which that shows, so that nobody has to look again and again;
  /// `FOLDER/*` for a folder and those in it.
  std::vector<std::filesystem::path> watched;
};

/// Their names, for the configuration: nothing is looked at.
std::vector<std::string> collector_names();
/// All collectors this build knows, fitting or not; one explicit list for each OS.
std::vector<CollectorChoice> choose_collectors(const HostAccess& access);

struct RefreshResult {
  bool succeeded = false;
  std::vector<Warning> warnings;  ///< what failed; a failed refresh never makes anything fresh
};
/// Has the system's own tool fetch metadata anew (`apt-get update`, …), the one thing here that changes the machine.
/// Bounded by `deadline`, lock waits included.
RefreshResult refresh_metadata(const HostAccess& access, std::chrono::milliseconds deadline);

/// While it is asked, a package tool may start this program to be told more (apt's JSON hook), or the collector itself
/// does, to have a probe of its own (Windows Update's). `arguments` are those after the program's name. The exit code;
/// nullopt: it was nothing of that kind that started us.
std::optional<int> answer_tool(std::span<const std::string> arguments);

}  // namespace patchstate
