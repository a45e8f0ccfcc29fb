// SPDX-License-Identifier: Apache-2.0
// The system that a command is about, with everything that is needed to assess it: composed here, once for all
// commands.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/config.h"
#include "collectors/collector.h"

namespace patchstate {

enum class CacheUse { own, none };

struct MachineOptions {
  std::filesystem::path root = "/";
  std::optional<std::filesystem::path> config_file;
  std::optional<std::string> refresh;  ///< words of the command line; over the configuration's
  std::optional<std::chrono::seconds> max_metadata_age;
  CacheUse cache = CacheUse::own;
  std::filesystem::path offline_cab;  ///< HostAccess::offline_cab
};

struct Machine {
  HostAccess access;
  std::vector<CollectorChoice> choices;
  Config config;

  /// The running system rather than an image or a chroot of one.
  bool is_running_system() const { return access.root == "/"; }
};

/// Either the machine or what is wrong with the options, the configuration or the root: one line or more, for a person.
struct MachineResult {
  std::optional<Machine> machine;
  std::string problem;
};
MachineResult open_machine(const MachineOptions& options, ProcessRunner& runner);

/// Assesses it, with progress on the terminal.
Assessment assess_machine(const Machine& machine);

/// The configuration alone, for commands that look at what is stored.
ConfigResult load_config(const std::optional<std::filesystem::path>& named);

Time current_time();

}  // namespace patchstate
