// SPDX-License-Identifier: Apache-2.0
// What `apt-cache show NAME=VERSION…` prints: the record of each version in its archive's index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchstate::apt {

struct PackageRecord {
  std::string name;
  std::string version;
  std::string arch;
  std::string source;  ///< its own name where the record names none
  std::string source_version;
  std::optional<std::int64_t> size;
  std::vector<std::string> provides;  ///< names
  std::vector<std::string> depends;   ///< names it must have: Pre-Depends and Depends, alternatives too
  std::vector<std::string> recommends;
};

/// Records without a name or version are left out: what they add is detail, never an update.
std::vector<PackageRecord> parse_package_records(std::string_view text);

}  // namespace patchstate::apt
