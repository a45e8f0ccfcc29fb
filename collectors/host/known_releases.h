// SPDX-License-Identifier: Apache-2.0
// What was known of the ends of support on the day of these tables, for systems that do not tell.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace patchstate {

inline constexpr std::string_view kKnownReleasesDate = "2026-11-28";

/// What distro-info-data said, cut to the columns and releases that matter: "debian.csv" or "ubuntu.csv", else empty.
std::string_view known_distro_info(std::string_view table);

struct EndedRelease {
  std::chrono::sys_days last_day;  ///< of security updates for everybody
  bool sold_longer = false;        ///< the vendor goes on for those who pay, in a repository of its own
};
/// A release that has ended, of a distribution whose os-release has no SUPPORT_END. nullopt: not known to have ended.
std::optional<EndedRelease> ended_release(const std::map<std::string, std::string>& os_release);

}  // namespace patchstate
