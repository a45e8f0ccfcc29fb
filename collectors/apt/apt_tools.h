// SPDX-License-Identifier: Apache-2.0
// The programs of apt and dpkg, run so that they answer for the system below a root, change nothing, and say why not.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/apt/apt_root_config.h"
#include "collectors/apt/apt_snapshot.h"
#include "collectors/collector.h"

namespace patchstate::apt {

class AptTools {
 public:
  /// `offers`: a folder that stands for "/" in apt's own paths (sources, lists), while dpkg's status stays the root's.
  /// Ubuntu's pro client keeps what it offers in such a folder. Empty: the root itself.
  explicit AptTools(const HostAccess& access, std::filesystem::path offers = {})
      : access_(access), offers_(std::move(offers)) {}

  /// Of the system below the root, the native one first; empty: dpkg does not tell.
  std::vector<std::string> architectures() const;
  /// Needed before apt is asked about another root, whose dpkg can't be run.
  void use_architectures(const std::vector<std::string>& architectures);

  Command dpkg_query(std::vector<std::string> arguments) const;
  /// `program` is apt-get or apt-cache. Without locks and downloads, caching nowhere but in our own folder.
  Command read_only(const std::string& program, const std::string& verb, const std::vector<std::string>& options,
                    const std::vector<std::string>& operands = {}) const;
  /// `apt-get update`, which is to change the system.
  Command update() const;

  ProcessResult run(const Command& command) const { return access_.runner.run(command); }
  /// What it printed. Throws CollectorError when it did not exit with 0.
  ProcessResult answer(const Command& command) const;

 private:
  Command command(std::vector<std::string> argv) const;

  HostAccess access_;
  std::filesystem::path offers_;
  std::optional<ConfigFile> config_;
};

/// Why a program gave no answer, as an error to throw.
CollectorError no_answer(const Command& command, const ProcessResult& result);

/// apt's own sentences (`E:`, `W:`) in what it printed on stderr, credentials masked.
std::vector<Complaint> complaints_in(std::string_view err);

}  // namespace patchstate::apt
