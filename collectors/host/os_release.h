// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate {

/// os-release(5): KEY=value lines with shell quoting, comments, unknown keys kept. A line that is none of these is
/// skipped, and added to `not_understood` where the caller wants to know.
std::map<std::string, std::string> parse_os_release(std::string_view text,
                                                    std::vector<std::string>* not_understood = nullptr);
/// The value of `key` as it stands there; empty: none.
std::string value_of(const std::map<std::string, std::string>& os_release, const char* key);
OperatingSystem operating_system(const std::map<std::string, std::string>& os_release);

/// The release whose security updates a system gets: its own, or the one that a derivative says it is built on
/// (UBUNTU_CODENAME, DEBIAN_CODENAME).
struct BaseRelease {
  std::string distribution;  ///< "debian", "ubuntu", "devuan"; empty: another one
  std::string codename;      ///< empty: not said
  std::string version;       ///< empty: not said
  bool rolling = false;      ///< Debian's and Devuan's testing and sid, and what is built on Ubuntu's next release
};
BaseRelease base_release(const std::map<std::string, std::string>& os_release);

/// The file of the system below `root`; nullopt when there is none. Throws std::system_error.
std::optional<std::string> read_os_release(const std::filesystem::path& root);
/// Of that file, for who only wants to know a distribution's habits: what can't be read is not known. The host facts
/// say so.
OperatingSystem read_operating_system(const std::filesystem::path& root);
BaseRelease read_base_release(const std::filesystem::path& root);

/// The package tools of a distribution by its own word (ID), else by its relatives' (ID_LIKE).
enum class PackageTools { unknown, apt, dnf, tdnf, zypper };
PackageTools package_tools(const OperatingSystem& os);

}  // namespace patchstate
