// SPDX-License-Identifier: Apache-2.0
// What `apt-cache policy NAME…` prints.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchstate::apt {

struct PolicyVersion {
  std::string version;
  int priority = 0;  ///< apt before 1.1: 0 unless a pin names the package
  bool installed = false;
  std::optional<int> phased_percentage;
  std::vector<std::string>
      sources;  ///< "http://deb.example.org/debian bookworm/main amd64 Packages", /var/lib/dpkg/status
};

struct PolicyPackage {
  std::string name;
  std::string qualifier;                ///< architecture behind the name; empty: the native one
  std::string installed;                ///< empty: (none)
  std::string candidate;                ///< empty: (none)
  std::vector<PolicyVersion> versions;  ///< newest first
  bool has_table = false;               ///< the line "Version table:" was there

  /// Has all that apt prints: a package whose installed version is not in its table was cut.
  bool whole() const;
};

struct Policy {
  std::vector<PolicyPackage> packages;
  std::vector<std::string> not_understood;
};

Policy parse_policy(std::string_view text);

/// Is this source of a version dpkg's status file rather than an archive?
bool is_status_file(std::string_view source);

}  // namespace patchstate::apt
