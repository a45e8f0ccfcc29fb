// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "collectors/collector.h"

namespace patchstate::windows_update {

/// First argument of our own program that makes it the probe.
inline constexpr std::string_view kProbeArgument = "windows-update-probe";
/// The search. Minutes are usual after a long pause, hours are known; the agent goes on with one that was given up, and
/// the next is quicker.
inline constexpr std::chrono::seconds kSearchDeadline = std::chrono::minutes{15};

/// Pending updates by the Windows Update Agent, asked by the probe in a process of its own.
class WindowsUpdateCollector final : public Collector {
 public:
  explicit WindowsUpdateCollector(HostAccess access) : access_(std::move(access)) {}
  std::string_view source() const override { return "windows_update"; }
  Findings collect() override;

 private:
  HostAccess access_;
};

/// Windows alone: what its registry and files say.
CollectorChoice choose_windows_update(const HostAccess& access);

}  // namespace patchstate::windows_update
